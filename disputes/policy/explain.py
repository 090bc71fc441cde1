"""The whole policy as a page for people; the command line and the page `/policy` show the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from holidays.registry import COUNTRIES

from disputes.policy.clock_words import AFTERWARDS, MEDIATION, OURS, YOURS, lines_of, own_clocks
from disputes.policy.models import OutsideKind, Turn
from disputes.policy.policy import TRACE_LENGTH, Policy
from disputes.policy.remedy_words import remedy_in_words
from disputes.policy.words import say_day, say_duration, say_list, say_money

YEAR: Final = timedelta(days=365)
_OUTSIDE: Final[dict[OutsideKind, str]] = {
    "arbitration": "arbitration",
    "ombudsman": "ombudsman",
    "adr": "dispute resolution",
    "court": "court",
    "advice": "advice",
}


@dataclass(frozen=True)
class Row:
    """One thing the policy says. `key` is its place in the file; `url` leads to somebody outside."""

    key: str
    term: str
    words: str = ""
    items: tuple[str, ...] = ()
    url: str | None = None


@dataclass(frozen=True)
class Section:
    """One part of the page: `id` for links to it, a heading, a sentence or two, and its rows."""

    id: str
    title: str
    intro: str
    rows: tuple[Row, ...]


def explain(policy: Policy, at: datetime) -> list[Section]:
    """Everything the policy says, as it is at that moment: what is out of date is not in it."""
    return [
        _section("clauses", "Our promise in ten clauses", "", _clauses(policy)),
        _section(
            "our-times",
            "Our own dates",
            "Days are calendar days where the shop is. Our own time stands still while we wait for an answer of yours, "
            "and during mediation. A manager may move a date of ours once, with a reason that we tell you. The day "
            "from which you may turn to somebody outside never moves.",
            _clock_rows(policy, OURS),
        ),
        _section(
            "your-times",
            "Your time to answer",
            "If you say nothing, you lose no right: the work comes back to us.",
            _clock_rows(policy, YOURS),
        ),
        _section("after", "After the end", "", _clock_rows(policy, AFTERWARDS)),
        _section("categories", "What complaints are about", "", _categories(policy)),
        _section("hours", "When people answer", "", _hours(policy, at)),
        _section("stages", "Where a case can stand", "You can reach a person at every stage.", _stages(policy)),
        _section(
            "points",
            "What we look into",
            "An answer says what we found on each of these points, and on those that you raise.",
            _points(policy),
        ),
        _section(
            "assistant",
            "What the assistant may offer by itself",
            "Before a complaint is filed, for the order you name. Everything else is decided by a person.",
            _assistant(policy),
        ),
        _section("outcomes", "How a case can end, and what we can do", "", _outcomes(policy)),
        _section("mediation", "Mediation", policy.mediation.cost, _mediation(policy)),
        _section("resellers", "Bought from one of our partners", policy.clauses["C9"].text, _resellers(policy)),
        _section("outside", "Options outside the shop", policy.outside_options.general, _outside(policy, at)),
        _section(
            "data",
            "How long we keep what you tell us",
            "Then it is deleted. What a court or a claim needs may be kept longer; that is noted, and it ends.",
            _data(policy),
        ),
    ]


def version_of(policy: Policy) -> str:
    """Which text of the policy this is: the first signs of the file's hash, as letters and records name it."""
    return policy.digest[:TRACE_LENGTH]


def _section(id_: str, title: str, intro: str, rows: Iterator[Row]) -> Section:
    return Section(id_, title, intro, tuple(rows))


def _clauses(policy: Policy) -> Iterator[Row]:
    for clause_id, clause in policy.clauses.items():
        yield Row(clause_id, clause.title, clause.text.strip())


def _clock_rows(policy: Policy, part: str) -> Iterator[Row]:
    for name, label, words in lines_of(part, policy.clocks):
        yield Row(f"clocks.{name}", label, words)


def _categories(policy: Policy) -> Iterator[Row]:
    own = {name: own_clocks(category.clocks) for name, category in policy.categories.items()}
    for name, clocks in own.items():
        if clocks:
            yield Row(f"categories.{name}", policy.category_label(name), "Times of its own:", tuple(clocks))
    others = tuple(policy.category_label(name) for name, clocks in own.items() if not clocks)
    yield Row("categories", "The times above hold for", items=others)


def _hours(policy: Policy, at: datetime) -> Iterator[Row]:
    yield Row("office_hours", "Office hours", f"{policy.say_office_hours()} ({policy.shop.timezone.replace('_', ' ')})")
    if policy.chat.outside_hours == "whoever_is_active":
        yield Row("chat.outside_hours", "Outside these hours", "Whoever is at work just then may answer in the chat.")
    closed = [f"{say_day(day)}: {name}" for day, name in _closed_days(policy, at)]
    yield Row("calendar", "Days on which we do not work", "In the coming year, beside the weekly ones:", tuple(closed))
    reach = f"{policy.shop.support_email}, {policy.shop.support_phone}"
    waits = (
        f"After {_count(policy.chat.unclaimed_minutes, 'minute')} without a person, the assistant goes on with you.",
        f"{_count(policy.chat.customer_idle_minutes, 'minute')} without a word of yours end a chat with a person. "
        "You may write again at any time.",
        "What a person has written to you comes by mail when you have not seen it for "
        f"{say_duration('unseen_reply_seconds', policy.chat.unseen_reply_seconds)}, if we know an address of yours.",
        "A message that you leave when nobody is here is answered within "
        f"{_count(policy.chat.left_message_business_days, 'working day')}.",
    )
    yield Row("chat", "In the chat", items=waits)
    yield Row("shop", "How to reach us", f"{reach}, or the chat on our site.")


def _closed_days(policy: Policy, at: datetime) -> Iterator[tuple[date, str]]:
    calendar = policy.calendar
    first = calendar.day_of(at)
    for day in (first + timedelta(days=number) for number in range(YEAR.days)):
        if day.weekday() in calendar.working and not calendar.is_business_day(day):
            yield day, calendar.name_of(day)


def _stages(policy: Policy) -> Iterator[Row]:
    for state, stage in policy.stages.items():
        turn: Turn = stage.turn
        whose = "" if turn == "nobody" else f" (Whose turn: {policy.turns[turn].lower()}.)"
        yield Row(f"stages.{state}", stage.label, f"{stage.next_step}{whose}")


def _points(policy: Policy) -> Iterator[Row]:
    yield Row("points.general", "In every case", items=tuple(policy.points.general))
    for category, points in policy.points.by_category.items():
        yield Row(f"points.by_category.{category}", policy.category_label(category), items=tuple(points))
    yield Row(
        "watch_words",
        "Safety and privacy",
        "If your words suggest that somebody's safety is at stake, we look sooner. If they tell of health, belief, "
        "origin and the like, we mark the case, and keep it out of reports.",
    )


def _assistant(policy: Policy) -> Iterator[Row]:
    for category in policy.categories:
        rules = [rule for rule in policy.remedies if category in rule.categories]
        if rules:
            items = tuple(remedy_in_words(rule, policy) for rule in rules)
            yield Row(f"remedies.{category}", policy.category_label(category), items=items)
    limits = [
        f"{policy.remedy_labels[kind]}: up to {say_money(most, policy.shop.currency)}"
        for kind, most in policy.assistant_limits.items()
    ]
    yield Row("assistant_limits", "Up to what worth", "" if limits else "No limits.", tuple(limits))


def _outcomes(policy: Policy) -> Iterator[Row]:
    yield Row("outcome_labels", "How a case can end", items=tuple(policy.outcome_labels.values()))
    yield Row("remedy_labels", "What we can do to put things right", items=tuple(policy.remedy_labels.values()))


def _mediation(policy: Policy) -> Iterator[Row]:
    labels = [policy.category_label(category) for category in policy.mediation.categories]
    yield Row("mediation.categories", "For complaints about", items=tuple(labels))
    smallest = policy.mediation.smallest_amount
    if smallest is not None:
        words = f"{say_money(smallest, policy.shop.currency)}, where the matter is about money."
        yield Row("mediation.smallest_amount", "From what amount", words)
    if policy.mediation.not_when:
        yield Row("mediation.not_when", "Not when", items=tuple(policy.mediation.not_when))
    yield from _clock_rows(policy, MEDIATION)
    people = [_neutral(person.name, person.organisation, person.languages) for person in policy.mediators]
    none = "" if people else "We have no neutral person at the moment, so we do not suggest mediation."
    yield Row("mediators", "Neutral people", none, tuple(people))


def _neutral(name: str, organisation: str, languages: list[str]) -> str:
    speaks = f", speaks {say_list(languages, 'and')}" if languages else ""
    return f"{name}, {organisation}{speaks}"


def _resellers(policy: Policy) -> Iterator[Row]:
    for number, reseller in enumerate(policy.resellers, 1):
        url = str(reseller.url) if reseller.url else None
        yield Row(f"resellers[{number}]", reseller.name, reseller.pointer, url=url)


def _outside(policy: Policy, at: datetime) -> Iterator[Row]:
    options = policy.outside_options
    yield Row("outside_options.takes_part", "Do we take part?", options.takes_part)
    yield Row("outside_options.time_limits", "Time limits", options.time_limits)
    for country in dict.fromkeys(option.country for option in options.directory):
        for option in policy.outside_options_for(country, at).options:
            words = f"{_OUTSIDE[option.kind].capitalize()}. We last checked this on {say_day(option.checked)}."
            yield Row(
                "outside_options.directory", f"{country_name(country)}: {option.name}", words, url=str(option.url)
            )


def _data(policy: Policy) -> Iterator[Row]:
    kept, evidence = policy.retention, policy.evidence
    for name, term, words in (
        ("draft_days", "A complaint you began and did not file", _count(kept.draft_days, "day")),
        ("unfiled_chat_days", "A chat without a complaint", _count(kept.unfiled_chat_days, "day")),
        ("status_request_days", "That you asked how a case stands", _count(kept.status_request_days, "day")),
        ("contact_months", "How to reach you", f"{_count(kept.contact_months, 'month')} after the end of the case"),
        ("case_months", "The case itself", f"{_count(kept.case_months, 'month')} after its end"),
        (
            "withdrawn_months",
            "A case that was withdrawn, pointed to a reseller, or joined with another one",
            f"{_count(kept.withdrawn_months, 'month')} after that",
        ),
        (
            "legal_hold_months",
            "The longest that we hold a case for a court or a claim",
            f"{_count(kept.legal_hold_months, 'month')} at a time",
        ),
        (
            "audit_months",
            "Which of our people read or changed what",
            f"{_count(kept.audit_months, 'month')} after they did",
        ),
    ):
        yield Row(f"retention.{name}", term, words)
    types = say_list(evidence.types, "and")
    files = f"Up to {_count(evidence.files, 'file')} of {evidence.megabytes_each} MB each: {types}."
    yield Row("evidence", "Files you may send", files)


def country_name(country: str) -> str:
    """ "Ireland" for "IE"."""
    for key, (_, code, *_) in COUNTRIES.items():  # phonenumbers knows names too, for a hundred megabytes
        if code == country:
            return key.replace("_", " ").title().replace(" And ", " and ").replace(" Of ", " of ")
    return country


def _count(figure: int, unit: str) -> str:
    return f"{figure} {unit}" if figure == 1 else f"{figure} {unit}s"
