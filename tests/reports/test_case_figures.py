"""Figures of cases against small worlds that were counted by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import service as cases
from disputes.cases import states, times
from disputes.cases.tables import Case
from disputes.reports.figures import FIGURES
from disputes.reports.filters import NOBODY, NOT_SAID
from disputes.reports.period import Period
from disputes.reports.queries import By
from tests.cases.plays import sweep_at
from tests.reports.world import CLOCK, CUSTOMER, MONDAY, World, keyed, narrowed_to

pytestmark = pytest.mark.database
DAY = 86400.0
OF_CASES = [name for name, figure in FIGURES.items() if figure.subject == "case"]
GROUPS: tuple[By, ...] = ("category", "cause", "agent", "what", "kind")


def days(number: float) -> timedelta:
    return timedelta(days=number)


class TestFiled:
    def test_counts_by_the_day_of_filing_where_the_shop_is(self, world: World) -> None:
        world.file(datetime(2026, 4, 30, 22, 59, tzinfo=UTC))  # 23:59 on the last of April
        world.file(datetime(2026, 4, 30, 23, 0, tzinfo=UTC), category="late")  # midnight: the first of May
        world.file(datetime(2026, 5, 31, 22, 59, tzinfo=UTC), category="late", source="form")
        world.file(datetime(2026, 5, 31, 23, 0, tzinfo=UTC))
        found = world.count("filed", by="category")
        assert (found.total.n, keyed(found)) == (2, {"late": 2})
        assert keyed(world.count("filed", by="kind")) == {"chat": 1, "form": 1}

    def test_the_cause_is_not_said_until_there_is_an_answer(self, world: World) -> None:
        case = world.file(MONDAY)
        assert keyed(world.count("filed", by="cause")) == {None: 1}
        world.take(case, MONDAY + days(1))
        world.answer(case, MONDAY + days(2), cause="carrier")
        assert keyed(world.count("filed", by="cause")) == {"carrier": 1}
        assert world.count("filed", cause=NOT_SAID).total.n == 0


class TestNamed:
    def test_measures_from_filing_to_the_first_name(self, world: World) -> None:
        for hours, who in ((2, world.ann), (4, world.ann), (30, world.bo)):
            world.take(world.file(MONDAY), MONDAY + timedelta(hours=hours), who)
        world.file(MONDAY)
        found = world.count("named", by="agent")
        assert (found.total.n, found.total.p50) == (3, 4 * 3600)
        assert keyed(found) == {str(world.ann.id): 2, str(world.bo.id): 1}


class TestFirstAnswer:
    def test_median_and_ninth_tenth_are_between_the_rows(self, world: World) -> None:
        for took in (1, 2, 3, 4, 10):
            case = world.file(MONDAY)
            world.take(case, MONDAY + timedelta(hours=1))
            world.answer(case, MONDAY + days(took))
        total = world.count("first_answer").total
        assert (total.n, total.p50, total.longest) == (5, 3 * DAY, 10 * DAY)
        assert total.p90 == pytest.approx(7.6 * DAY)

    def test_is_the_final_response_where_there_was_none_before(self, world: World) -> None:
        offered = escalated(world, MONDAY, offer_after=3)
        world.step(offered, states.FINAL_RESPONSE, MONDAY + days(9), world.max)
        late = escalated(world, MONDAY)
        world.step(late, states.FINAL_RESPONSE, MONDAY + days(20), world.max)
        found = world.count("first_answer", by="kind")
        assert [(group.key, group.p50) for group in found.groups] == [
            ("final_response", 20 * DAY),
            ("outcome_offered", 3 * DAY),
        ]

    def test_counts_by_the_day_of_the_answer(self, world: World) -> None:
        case = world.file(datetime(2026, 4, 20, 9, tzinfo=UTC))
        world.take(case, datetime(2026, 4, 20, 10, tzinfo=UTC))
        world.answer(case, datetime(2026, 5, 4, 9, tzinfo=UTC))
        assert world.count("first_answer").total.n == 1
        assert world.count("first_answer", Period(date(2026, 4, 1), date(2026, 4, 30))).total.n == 0


class TestEnded:
    def test_measures_to_the_first_end_and_says_what_was_opened_again(self, world: World) -> None:
        settled = world.file(MONDAY)
        world.take(settled, MONDAY)
        world.answer(settled, MONDAY + days(2))
        world.step(settled, states.ACCEPTED, MONDAY + days(4))
        again = escalated(world, MONDAY)
        world.step(again, states.FINAL_RESPONSE, MONDAY + days(6), world.max)
        world.step(again, states.REOPENED, MONDAY + days(8))
        world.step(again, states.FINAL_RESPONSE, MONDAY + days(12), world.max)
        found = world.count("ended", by="agent")
        assert (found.total.n, found.total.p50, found.total.whats) == (2, 5 * DAY, {"stayed": 1, "reopened": 1})
        assert keyed(found) == {str(world.ann.id): 1, str(world.max.id): 1}

    def test_leaves_out_what_did_not_end_by_us(self, world: World) -> None:
        case = world.file(MONDAY)
        world.step(case, states.WITHDRAWN, MONDAY + days(1))
        assert world.count("ended").total.n == 0


class TestReplies:
    def test_tells_yes_no_and_silence_apart(self, world: World) -> None:
        for step, actor in ((states.ACCEPTED, None), (states.REFUSED, None), (states.UNANSWERED, CLOCK)):
            case = world.file(MONDAY)
            world.take(case, MONDAY)
            world.answer(case, MONDAY + days(2))
            world.step(case, step, MONDAY + days(3), actor or CUSTOMER)
        assert world.count("replies").total.whats == {"accepted": 1, "refused": 1, "silent": 1}
        assert world.count("replies", kind="final_response").total.n == 0


class TestContent:
    def test_the_last_answer_of_a_case_counts(self, world: World) -> None:
        case = world.file(MONDAY)
        world.take(case, MONDAY)
        world.answer(case, MONDAY + days(2))
        world.step(case, states.ACCEPTED, MONDAY + days(3))
        world.rated(case, MONDAY + days(4), happy=True)
        world.rated(case, MONDAY + days(5), happy=False)
        assert world.count("content").total.whats == {"unhappy": 1}


class TestPromises:
    def test_a_date_that_is_over_is_kept_or_broken(self, world: World) -> None:
        kept = world.file(MONDAY)
        world.take(kept, MONDAY + timedelta(hours=1))
        late = world.file(MONDAY)
        world.take(late, MONDAY + days(4))
        found = world.count("promises", now=MONDAY + days(5), by="kind")
        assert found.total.whats == {"kept": 1, "missed": 1}
        assert keyed(found) == {"named_person": 2}
        assert world.count("promises", now=MONDAY + days(5), agent=NOBODY).total.n == 2

    def test_agrees_with_the_figure_on_the_list_of_cases(self, world: World) -> None:
        for taken_after in (1, 30, 50, 100):
            world.take(world.file(MONDAY), MONDAY + timedelta(hours=taken_after))
        world.file(MONDAY)
        now = MONDAY + days(10)
        with clock.set_to(now):
            kept = times.kept_rate(world.session, MONDAY - days(3))
        parts = world.count("promises", now=now).total.whats
        assert (parts["kept"], parts["missed"]) == (kept.kept, kept.missed) == (2, 3)

    def test_a_date_moved_in_time_is_neither(self, world: World) -> None:
        case = world.file(MONDAY)
        world.take(case, MONDAY + timedelta(hours=1))
        with clock.set_to(MONDAY + days(3)):
            cases.extend(world.session, case, world.max, date(2026, 5, 26), "The carrier must answer first.")
        assert world.count("promises", kind="first_answer").total.whats == {"moved": 1, "missed": 1}

    def test_a_date_that_passes_while_the_customer_has_the_case_is_not_broken(self, world: World) -> None:
        case = world.file(MONDAY)
        world.take(case, MONDAY + timedelta(hours=1))
        world.step(case, states.ASKED, MONDAY + days(10), world.ann)
        while_asked = MONDAY + days(18)
        assert world.count("promises", now=while_asked, kind="first_answer").total.n == 0
        with clock.set_to(while_asked):
            assert times.kept_rate(world.session, MONDAY).missed == 0
        world.step(case, states.ANSWERED, while_asked)
        assert world.count("promises", now=MONDAY + days(19), kind="first_answer").total.whats == {"moved": 1}

    def test_what_was_asked_too_late_is_broken_all_the_same(self, world: World) -> None:
        case = escalated(world, MONDAY)
        sweep_at(world.session, case, MONDAY + days(31))
        found = world.count("promises", now=MONDAY + days(31), kind="final_response").total.whats
        assert found == {"missed": 1}


class TestDue:
    def test_tells_what_is_over_due_today_tomorrow_and_soon(self, world: World) -> None:
        now = MONDAY + days(15)  # the 19th; fifteen days after the 4th
        for filed_days_ago in (16, 15, 14, 12, 5):
            world.take(world.file(now - days(filed_days_ago)), now - days(filed_days_ago))
        found = world.count("due", now=now, kind="first_answer")
        assert found.total.whats == {"broken": 1, "today": 1, "tomorrow": 1, "soon": 1}

    def test_says_with_whom_it_is(self, world: World) -> None:
        now = MONDAY + days(15)
        world.take(world.file(MONDAY), MONDAY, world.bo)
        assert [(line.agent_name, line.what) for line in world.behind("due", now=now, kind="first_answer")] == [
            ("Bo Carr", "today")
        ]

    def test_what_waits_for_the_customer_stands_still(self, world: World) -> None:
        case = world.file(MONDAY)
        world.take(case, MONDAY)
        world.step(case, states.ASKED, MONDAY + days(14), world.ann)
        assert world.count("due", now=MONDAY + days(15), kind="first_answer").total.whats == {"still": 1}

    def test_the_day_from_which_nobody_need_wait_is_nobody_s_promise_to_break(self, world: World) -> None:
        world.file(MONDAY)
        assert world.count("due", now=MONDAY + days(42), kind="outside_door").total.n == 0


class TestOpen:
    def test_groups_by_age_as_the_days_are_counted_where_the_shop_is(self, world: World) -> None:
        now = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
        for age in (0, 7, 8, 15, 16, 31, 43):
            world.file(now - days(age))
        found = world.count("open", now=now).total.whats
        assert found == {"to_7": 2, "to_15": 2, "to_30": 1, "to_42": 1, "older": 1}

    def test_an_hour_lost_to_summer_time_changes_no_age(self, world: World) -> None:
        world.file(datetime(2026, 3, 24, 0, 30, tzinfo=UTC))
        assert world.count("open", now=datetime(2026, 3, 31, 22, 30, tzinfo=UTC)).total.whats == {"to_7": 1}
        assert world.count("open", now=datetime(2026, 3, 31, 23, 30, tzinfo=UTC)).total.whats == {"to_15": 1}

    def test_agrees_with_the_figures_by_age_in_python(self, world: World) -> None:
        now = MONDAY + days(60)
        for age in (0, 3, 7, 8, 20, 31, 42, 43, 59):
            world.file(now - days(age))
        with clock.set_to(now):
            expected = times.ageing(world.session)
        found = world.count("open", now=now, by="kind")
        assert sum(found.total.whats.values()) == expected.open == 9
        assert [found.total.whats.get(name, 0) for name in FIGURES["open"].whats] == expected.by_age
        assert keyed(found).get("past_cap") == expected.past_hard_cap

    def test_with_management_it_is_whoever_decides(self, world: World) -> None:
        nobody = escalated(world, MONDAY)
        his = escalated(world, MONDAY)
        with clock.set_to(MONDAY + days(9)):
            cases.take_review(world.session, his, world.max)
        world.take(world.file(MONDAY), MONDAY, world.bo)
        found = keyed(world.count("open", now=MONDAY + days(10), by="agent"))
        assert found == {str(world.max.id): 1, str(world.bo.id): 1, None: 1}
        assert world.behind("open", now=MONDAY + days(10), agent=NOBODY)[0].reference == nobody.reference


class TestAlarms:
    def test_is_what_nobody_has_taken_on(self, world: World) -> None:
        world.file(MONDAY)
        escalated(world, MONDAY)
        world.take(world.file(MONDAY), MONDAY)
        assert world.count("alarms", now=MONDAY + days(5)).total.whats == {"unowned": 1, "unowned_review": 1}


class TestEveryFigure:
    @pytest.mark.parametrize("name", OF_CASES)
    def test_of_nothing_is_nothing(self, world: World, name: str) -> None:
        assert (world.count(name, by="week").total.n, world.behind(name)) == (0, [])

    @pytest.mark.parametrize("name", OF_CASES)
    def test_behind_each_figure_are_as_many_as_it_counts(self, busy: World, name: str) -> None:
        now = MONDAY + days(24)
        for by in GROUPS if FIGURES[name].now else (*GROUPS, "week"):
            found = busy.count(name, by=by, now=now)
            assert sum(group.n for group in found.groups) == found.total.n == len(busy.behind(name, now=now)) > 0
            for group in found.groups:
                narrowed = narrowed_to(by, group.key)
                assert len(busy.behind(name, now=now, **narrowed)) == group.n, (by, group.key)
                for what, n in group.whats.items():
                    assert len(busy.behind(name, now=now, **{**narrowed, "what": what})) == n, (by, group.key, what)


def escalated(world: World, at: datetime, *, offer_after: int | None = None) -> Case:
    """A case that is with management, seven days after it was filed."""
    case = world.file(at)
    world.take(case, at + timedelta(hours=1))
    if offer_after is not None:
        world.answer(case, at + days(offer_after))
        world.step(case, states.REFUSED, at + days(7))
    else:
        world.step(case, states.ESCALATED, at + days(7), world.max)
    return case


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


@pytest.fixture
def busy(world: World) -> World:
    """Something of everything, within twenty days."""
    for number, (category, cause) in enumerate([("lost", "carrier"), ("late", None), ("refund", "payment")]):
        at = MONDAY + days(number * 3)
        case = world.file(at, category=category)
        world.take(case, at + days(number), world.ann if number % 2 else world.bo)
        world.answer(case, at + days(5 + number), cause=cause)
        world.step(case, (states.ACCEPTED, states.REFUSED, states.ACCEPTED)[number], at + days(6 + number))
        if number != 1:
            world.rated(case, at + days(8 + number), happy=number == 0)
    again = escalated(world, MONDAY, offer_after=4)
    world.step(again, states.FINAL_RESPONSE, MONDAY + days(10), world.max)
    world.step(again, states.REOPENED, MONDAY + days(12))
    world.file(MONDAY + days(1))
    paused = world.file(MONDAY + days(2))
    world.take(paused, MONDAY + days(2))
    world.step(paused, states.ASKED, MONDAY + days(12), world.ann)
    return world
