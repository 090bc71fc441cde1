"""What SQL makes of many rows is what Python makes of the same rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes.cases.tables import Case, CaseEvent, CasePromise
from disputes.chat.tables import Message, Ownership
from disputes.reports import service
from disputes.reports.case_queries import ENDINGS
from disputes.reports.figures import FIGURES
from disputes.reports.filters import Filters
from disputes.reports.period import Period, monday_of
from disputes.reports.queries import Group
from tests.reports.many import fill_cases, fill_chats

pytestmark = pytest.mark.database
NOW = datetime(2027, 1, 20, 12, 0, tzinfo=UTC)
"""The weeks before it go over the end of a year and the end of summer time."""

PERIOD = Period(date(2026, 10, 1), date(2027, 1, 20))
LONDON = ZoneInfo("Europe/London")


class TestTimes:
    def test_of_resolutions_by_week_and_category(self, many: Session) -> None:
        took = list(resolutions(many))
        for by, keys in (("week", [week for week, _, _ in took]), ("category", [category for _, category, _ in took])):
            expected = by_key(zip(keys, (seconds for _, _, seconds in took), strict=True))
            found = service.count(many, FIGURES["ended"], Filters(PERIOD), by)  # type: ignore[arg-type]
            assert {group.key for group in found.groups} == set(expected)
            for group in found.groups:
                assert_same(group, expected[group.key or ""])
            assert_same(found.total, [seconds for _, _, seconds in took])

    def test_of_first_replies(self, many: Session) -> None:
        found = service.count(many, FIGURES["first_reply"], Filters(PERIOD))
        assert_same(found.total, list(first_replies(many)))


class TestShares:
    def test_of_promises_by_week(self, many: Session) -> None:
        expected: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        rows = many.execute(select(CasePromise.due_at, CasePromise.state, CasePromise.what, Case.state).join(Case))
        for due_at, state, what, case_state in rows:
            stands_still = case_state == "outcome_offered" and what in ("first_answer", "final_response")
            if not PERIOD.first <= local(due_at) <= PERIOD.last or (
                state == "open" and (due_at >= NOW or stands_still)
            ):
                continue
            expected[monday_of(local(due_at)).isoformat()]["missed" if state == "open" else state] += 1
        found = service.count(many, FIGURES["promises"], Filters(PERIOD), "week")
        assert {group.key: group.whats for group in found.groups} == expected
        assert "2026-12-28" in expected


def resolutions(session: Session) -> Iterable[tuple[str, str, float]]:
    """The week, category and seconds of every first end of a complaint in the period."""
    rows = session.execute(
        select(CaseEvent.case_id, CaseEvent.kind, CaseEvent.at, Case.category, Case.filed_at)
        .join(Case, Case.id == CaseEvent.case_id)
        .order_by(CaseEvent.case_id, CaseEvent.seq)
    )
    ended = set()
    for case_id, kind, at, category, filed_at in rows:
        if kind in ENDINGS and case_id not in ended:
            ended.add(case_id)
            if PERIOD.first <= local(at) <= PERIOD.last:
                yield monday_of(local(at)).isoformat(), category, (at - filed_at).total_seconds()


def first_replies(session: Session) -> Iterable[float]:
    """Seconds from asking to the first words of an agent, from the log of owners and the thread."""
    owners = defaultdict(list)
    for row in session.scalars(select(Ownership).order_by(Ownership.epoch)):
        owners[row.conversation_id].append(row)
    said = defaultdict(list)
    for message in session.scalars(select(Message).where(Message.author == "agent").order_by(Message.seq)):
        said[message.conversation_id].append(message)
    for chat, changes in owners.items():
        for number, change in enumerate(changes):
            if change.owner != "queue" or not number or not PERIOD.first <= local(change.at) <= PERIOD.last:
                continue
            end = next((later.seq for later in changes[number:] if later.owner in ("bot", "closed")), 1_000)
            reply = next((one for one in said[chat] if change.seq < one.seq <= end), None)
            if reply:
                yield (reply.created_at - change.at).total_seconds()


def by_key(rows: Iterable[tuple[str, float]]) -> dict[str, list[float]]:
    """The figures of each key."""
    found: dict[str, list[float]] = defaultdict(list)
    for key, seconds in rows:
        found[key].append(seconds)
    return found


def assert_same(group: Group, seconds: list[float]) -> None:
    """The group was counted from just these times."""
    assert group.n == len(seconds) > 0
    assert group.p50 == pytest.approx(between(seconds, 0.5))
    assert group.p90 == pytest.approx(between(seconds, 0.9))
    assert group.longest == pytest.approx(max(seconds))


def between(seconds: list[float], share: float) -> float:
    """The figure that this share of all is not over, on the line between its two neighbours."""
    ordered = sorted(seconds)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def local(at: datetime) -> date:
    """The day in the shop."""
    return at.astimezone(LONDON).date()


@pytest.fixture
def many(session: Session) -> Iterator[Session]:
    """Hundreds of cases and chats of half a year, seen from January."""
    with time_machine.travel(NOW, tick=False):
        fill_cases(session, 600, days=200)
        fill_chats(session, 300, days=100)
        yield session
