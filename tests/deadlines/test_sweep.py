"""The sweep: finds every case with a clock that is over, once, and can run twice, late, or as of any moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from disputes import cli, clock, database
from disputes.cases.tables import Case, CaseEvent
from disputes.deadlines import service, sweep
from disputes.errors import Invalid
from tests.cases.factories import filed, queued
from tests.cases.plays import play, sweep_at, timers

TUESDAY = datetime(2026, 5, 12, 14, 5, tzinfo=UTC)
MONTH_LATER = TUESDAY + timedelta(days=31)
pytestmark = pytest.mark.database


def file_many(count: int) -> list[UUID]:
    """Filed cases, committed."""
    with clock.set_to(TUESDAY), database.transaction() as session:
        return [filed(session, email=f"customer{number}@example.com").id for number in range(count)]


def written(kind: str) -> list[UUID]:
    """The cases of all events of that kind."""
    with database.transaction() as session:
        return list(session.scalars(select(CaseEvent.case_id).where(CaseEvent.kind == kind)))


def jobs_waiting() -> list[str]:
    """The cases of the jobs that act."""
    with database.transaction() as session:
        return [args["case_id"] for args in queued(session, sweep.ACT)]


@pytest.mark.usefixtures("database_url")
class TestQueueAllDue:
    def test_one_job_for_each_case_with_a_clock_that_is_over(self) -> None:
        cases = file_many(7)
        with clock.set_to(TUESDAY + timedelta(days=2)):
            assert sweep.queue_all_due() == 7
        assert sorted(jobs_waiting()) == sorted(map(str, cases))

    def test_nothing_before_the_last_moment_of_the_day_is_over(self) -> None:
        file_many(1)
        last = datetime(2026, 5, 13, 22, 59, 59, 999999, tzinfo=UTC)
        with clock.set_to(last):
            assert sweep.queue_all_due() == 0
        with clock.set_to(last + timedelta(microseconds=1)):
            assert sweep.queue_all_due() == 1

    def test_repeated_sweeps_do_not_pile_up_jobs(self) -> None:
        file_many(3)
        with clock.set_to(MONTH_LATER):
            assert [sweep.queue_all_due() for _ in range(3)] == [3, 0, 0]
        database.run(lambda session: session.execute(text("UPDATE procrastinate_jobs SET status = 'doing'")))
        with clock.set_to(MONTH_LATER):
            assert sweep.queue_all_due() == 0

    def test_pages_of_any_size_find_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        cases = file_many(7)
        monkeypatch.setattr(sweep, "PAGE", 3)
        with clock.set_to(MONTH_LATER):
            assert sweep.queue_all_due() == 7
        assert sorted(jobs_waiting()) == sorted(map(str, cases))

    def test_two_sweeps_at_once_queue_each_case_once(self) -> None:
        file_many(20)

        def at_that_time(_: int) -> int:
            with clock.set_to(MONTH_LATER):
                return sweep.queue_all_due()

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(at_that_time, range(4))) == 20
        assert len(jobs_waiting()) == len(set(jobs_waiting())) == 20

    def test_a_withdrawn_case_is_left_alone(self) -> None:
        with clock.set_to(TUESDAY), database.transaction() as session:
            play(session, "withdrawn")
        with clock.set_to(MONTH_LATER):
            assert sweep.queue_all_due() == 0

    def test_the_jobs_let_people_in_the_chat_go_first_and_do_not_wait_for_letters(self) -> None:
        file_many(1)
        with clock.set_to(MONTH_LATER):
            sweep.queue_all_due()
        with database.transaction() as session:
            row = session.execute(
                text("SELECT priority, lock FROM procrastinate_jobs WHERE task_name = :act"), {"act": sweep.ACT}
            ).one()
        assert row.priority < 0
        assert row.lock.startswith("deadlines:")


@pytest.mark.usefixtures("database_url")
class TestActOnAllDue:
    def test_acts_on_every_case_and_says_so(self) -> None:
        cases = file_many(5)
        with clock.set_to(TUESDAY + timedelta(days=2)):
            assert str(sweep.act_on_all_due()) == "5 clocks of 5 cases acted on."
            assert str(sweep.act_on_all_due()) == "No clock was over."
        assert sorted(written("named_person_late")) == sorted(cases)

    def test_four_at_once_write_each_event_once(self) -> None:
        cases = file_many(8)

        def act(_: int) -> None:
            with clock.set_to(TUESDAY + timedelta(days=17)):
                sweep.act_on_all_due()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(act, range(4)))
        assert sorted(written("escalated")) == sorted(cases)
        assert sorted(written("named_person_late")) == sorted(cases)

    def test_one_case_that_fails_does_not_stop_the_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        cases = file_many(3)
        act = service.act_on_case

        def fail_once(session: Session, case_id: UUID) -> int:
            if case_id == cases[0]:
                raise Invalid("broken")
            return act(session, case_id)

        monkeypatch.setattr(service, "act_on_case", fail_once)
        with clock.set_to(TUESDAY + timedelta(days=2)):
            done = sweep.act_on_all_due()
        assert str(done) == "2 clocks of 2 cases acted on. 1 case failed; the log says why."


@pytest.mark.usefixtures("database_url")
class TestCommand:
    def test_runs_as_of_a_moment_and_again_without_doing_more(self) -> None:
        file_many(2)
        assert run("--now", "2026-05-14T09:00Z") == (0, "2 clocks of 2 cases acted on.")
        assert run("--now", "2026-05-14T09:00Z") == (0, "No clock was over.")
        assert len(written("named_person_late")) == 2

    def test_an_earlier_moment_does_nothing_wrong(self) -> None:
        file_many(1)
        assert run("--now", "2020-01-01T00:00+02:00") == (0, "No clock was over.")

    @pytest.mark.parametrize("written", ["2030-01-05T09:00", "2030-01-05", "tomorrow", "0001-01-01T00:00+14:00"])
    def test_a_moment_without_a_time_zone_is_refused_with_a_sentence(self, written: str) -> None:
        result = CliRunner().invoke(cli.app, ["sweep", "--now", written])
        assert isinstance(result.exception, Invalid)
        assert written in str(result.exception)


class TestActOnCase:
    def test_a_timer_that_has_become_pointless_goes_silently(self, session: Session) -> None:
        with clock.set_to(TUESDAY):
            played = play(session, "resolved", open_remedies=1)
        played.case.open_remedies = 1
        before = len(timers(session, played.case))
        assert before
        seen = played.case.last_event_seq
        sweep_at(session, played.case, MONTH_LATER)
        assert "review_close" not in [kind for kind, _ in timers(session, played.case)]
        assert session.get_one(Case, played.case.id).last_event_seq == seen + 1  # asked how it went


def run(*words: str) -> tuple[int, str]:
    """What `disputes sweep` answers."""
    result = CliRunner().invoke(cli.app, ["sweep", *words])
    return result.exit_code, result.output.strip()
