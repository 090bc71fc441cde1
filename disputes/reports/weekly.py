"""The weekly report to managers: what went wrong and why, against the weeks before; by mail, once for each week.

It has figures, categories, causes, and words that several customers used; nobody's data. Managers get it unless they
say no, administrators when they say yes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.notifications import letters
from disputes.notifications import service as notifications
from disputes.notifications.letters.weekly_report import Row, Section, WeeklyFacts
from disputes.people.tables import Staff
from disputes.reports import queries, service, similar
from disputes.reports.figures import FIGURES
from disputes.reports.filters import Filters
from disputes.reports.period import Period, last_whole_week, week_name
from disputes.reports.queries import By, Group
from disputes.reports.similar import Likeness
from disputes.reports.tables import WeeklyChoice
from disputes.reports.words import MEDIAN_FROM, say_change, say_day, say_share, say_time
from disputes.settings import settings

WEEKS_BEFORE: Final = 4
MOST: Final = 8

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Change:
    """A category, or a category with a cause: how many in the week, and how many in a usual one of those before.

    `filters` lead to those of the week, `earlier` to those of the weeks before.
    """

    filters: Filters
    earlier: Filters
    n: int
    usual: float

    @property
    def label(self) -> str:
        """What it is called."""
        rules, cause = policy.current(), self.filters.cause
        about = rules.category_label(self.filters.category) if self.filters.category else "Not said"
        if cause is None:
            return about
        return f"{about}: {rules.causes.get(cause, 'cause not said')}"

    @property
    def matters(self) -> bool:
        """False for what did not happen in the week, and seldom did before."""
        return self.n > 0 or self.usual >= 1

    @property
    def change(self) -> str:
        """The difference in words."""
        return say_change(self.n, self.usual)


def write_due(session: Session) -> int:
    """Writes the report of the last whole week to everybody who wants it and has none yet; returns how many letters.

    Called every hour; it waits for office hours. Whoever was written to is never written to again for the same week.
    """
    now, rules = clock.now(), policy.current()
    if not rules.is_office_open(now):
        return 0
    return send(session, last_whole_week(rules.calendar.day_of(now)))


def send(session: Session, week: Period) -> int:
    """Writes the report of that week to everybody who wants it and has none of it yet; returns how many letters."""
    name = week_name(week.first)
    missing = queries.readers_without_letter(session, f"weekly:{name}:")
    if not missing:
        return 0
    facts = facts_of(session, week)
    for reader in missing:
        notifications.add(
            session,
            letter_for(facts, reader.name),
            kind="weekly_report",
            dedupe_key=f"weekly:{name}:{reader.id}",
            recipient=reader.email,
            queue=True,
        )
    log.info("weekly_report.written", week=name, letters=len(missing))
    return len(missing)


def choose(session: Session, staff: Staff, *, wanted: bool) -> None:
    """Somebody says whether they want the weekly report."""
    values = {"wanted": wanted, "chosen_at": clock.now()}
    row = insert(WeeklyChoice).values(staff_id=staff.id, **values)
    session.execute(row.on_conflict_do_update(index_elements=["staff_id"], set_=values))


def letter_for(facts: WeeklyFacts, name: str) -> letters.Letter:
    """The report as a letter to somebody."""
    return letters.weekly_report(policy.current(), settings().base_url, name=name, facts=facts)


def causes_of(session: Session, week: Period) -> list[Change]:
    """What the complaints were about that got their first answer in that week, and why, most first."""
    return _changes(session, "first_answer", week, "pair")


def categories_of(session: Session, week: Period) -> list[Change]:
    """What the complaints were about that were filed in that week, most first."""
    return _changes(session, "filed", week, "category")


def facts_of(session: Session, week: Period) -> WeeklyFacts:
    """Everything that the report says about a week; what is about to be broken is said as of now."""
    now = {name: service.count(session, FIGURES[name], Filters(week)).total for name in ("due", "alarms", "open")}
    this, before = (_counts(session, period) for period in (week, week.before(WEEKS_BEFORE)))
    alike = similar.alike_in(session, week)
    sections = [
        _now_section(now),
        Section("Complaints", "Half within: half of them took at most so long.", _complaints(this, before)),
        Section("What was filed", "Complaints by category.", _rows(categories_of(session, week))),
        Section("Why", "First answers of the week by category and cause.", _rows(causes_of(session, week))),
        Section("Alike", "Words that several customers used, and few did before. One cause may be behind each.",
                [_alike(one) for one in alike]),
        Section("Chats", "Chats that came to people.", _chats(this, before)),
    ]  # fmt: skip
    happened = any(this[name].n for name in ("filed", "ended", "promises", "handoffs"))
    return WeeklyFacts(
        week=week_name(week.first),
        days=f"{say_day(week.first)} to {say_day(week.last)}",
        complaints=this["filed"].n,
        broken=this["promises"].whats.get("missed", 0),
        quiet=not happened,
        sections=sections,
    )


def _counts(session: Session, period: Period) -> Mapping[str, Group]:
    names = ("filed", "ended", "first_answer", "promises", "replies", "handoffs", "first_reply", "satisfaction")
    return {name: service.count(session, FIGURES[name], Filters(period)).total for name in names}


def _changes(session: Session, figure: str, week: Period, by: By) -> list[Change]:
    groups = service.count(session, FIGURES[figure], Filters(week), by).groups
    before = service.count(session, FIGURES[figure], Filters(week.before(WEEKS_BEFORE)), by).groups
    usual = {group.key: group.n / WEEKS_BEFORE for group in before}
    now = {group.key: group.n for group in groups}
    found = []
    for key in now | usual:
        filters = Filters(week).in_group(by, key)
        earlier = filters.with_(period=week.before(WEEKS_BEFORE))
        found.append(Change(filters, earlier, now.get(key, 0), usual.get(key, 0.0)))
    return sorted(found, key=lambda change: (-change.n, -change.usual, change.label))


def _now_section(now: Mapping[str, Group]) -> Section:
    due = now["due"].whats
    rows = [
        Row("Broken and still open", f"{due.get('broken', 0)}", ""),
        Row("End today", f"{due.get('today', 0)}", ""),
        Row("End tomorrow", f"{due.get('tomorrow', 0)}", ""),
        Row("End in the days after, up to 7", f"{due.get('soon', 0)}", ""),
        Row("Complaints that nobody looks after", f"{now['alarms'].n}", ""),
        Row("Open complaints", f"{now['open'].n}", ""),
    ]
    return Section("About to be broken", "Dates told to customers, as they stand when this was written.", rows)


def _complaints(this: Mapping[str, Group], before: Mapping[str, Group]) -> list[Row]:
    return [
        _count("Filed", this["filed"].n, before["filed"].n),
        _count("Resolved", this["ended"].n, before["ended"].n),
        Row("First answer, half within", _half(this["first_answer"]), _half(before["first_answer"])),
        Row("Resolution, half within", _half(this["ended"]), _half(before["ended"])),
        Row("Promises kept", _share(this["promises"], "kept", "missed"), _share(before["promises"], "kept", "missed")),
        Row(
            "Answers refused",
            _share(this["replies"], "refused", "accepted", "silent"),
            _share(before["replies"], "refused", "accepted", "silent"),
        ),
    ]


def _chats(this: Mapping[str, Group], before: Mapping[str, Group]) -> list[Row]:
    rest = ("unclaimed", "left", "unanswered")
    helped = [_share(counts["satisfaction"], "content", "middle", "unhappy") for counts in (this, before)]
    return [
        _count("Came to people", this["handoffs"].n, before["handoffs"].n),
        Row("Answered", _share(this["handoffs"], "answered", *rest), _share(before["handoffs"], "answered", *rest)),
        Row("First reply, half within", _half(this["first_reply"]), _half(before["first_reply"])),
        Row(
            "Helped",
            _share(this["satisfaction"], "content", *helped),
            _share(before["satisfaction"], "content", *helped),
        ),
    ]


def _count(label: str, now: int, before: int) -> Row:
    usual = before / WEEKS_BEFORE
    return Row(label, f"{now:,}", f"{usual:.1f} ({say_change(now, usual)})")


def _half(group: Group) -> str:
    if group.p50 is None or group.n < MEDIAN_FROM:
        return f"too few ({group.n})" if group.n else "none"
    return f"{say_time(group.p50)} ({group.n})"


def _share(group: Group, part: str, *others: str) -> str:
    done = group.whats.get(part, 0)
    whole = done + sum(group.whats.get(other, 0) for other in others)
    if not whole:
        return "none"
    percent = say_share(done, whole)
    return f"{percent} ({done} of {whole})" if percent else f"{done} of {whole}"


def _rows(changes: Sequence[Change]) -> list[Row]:
    return [
        Row(change.label, f"{change.n:,}", f"{change.usual:.1f} ({say_change(change.n, change.usual)})")
        for change in changes[:MOST]
    ]


def _alike(one: Likeness) -> Row:
    rules = policy.current()
    about = rules.category_label(one.category[0])
    cause = f", {rules.causes.get(one.cause[0], one.cause[0])}" if one.cause else ""
    words = ", ".join(one.words)
    return Row(f"“{words}” (most: {about}{cause})", f"{one.customers} customers", f"{one.usual:.1f} would be usual")
