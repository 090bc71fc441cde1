"""Two worker processes, one of them killed amid 500 clocks that are over: each case is acted on once."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from disputes import database
from disputes.cases import chain, engine, queries
from disputes.cases.tables import Case, CaseEvent
from disputes.deadlines import sweep
from tests.conftest import ROOT
from tests.deadlines.many import fill
from tests.local.processes import PYTHON, environment, kill, wait_for

CASES = 500
pytestmark = pytest.mark.database


def test_kill_9_amid_500_clocks_writes_each_notice_once(database_url: str, tmp_path: Path) -> None:
    with database.transaction() as session:
        fill(session, CASES, due=CASES)
    assert sweep.queue_all_due() == CASES
    with worker(database_url, tmp_path / "one") as first, worker(database_url, tmp_path / "two"):
        wait_for(lambda: escalated() > 60, 40, what="for the workers to begin")
        kill(first.pid)
        done = escalated()
        assert done < CASES, "the workers were done before one was killed"
        for _ in range(3):
            sweep.queue_all_due()  # what the sweep of each minute does meanwhile
        wait_for(lambda: escalated() >= CASES and not acting(), 60, what="for the other worker to do the rest")
        time.sleep(0.5)
    with database.transaction() as session:
        counts = (
            select(CaseEvent.case_id, func.count()).where(CaseEvent.kind == "escalated").group_by(CaseEvent.case_id)
        )
        assert [count for _, count in session.execute(counts)] == [1] * CASES
        told = select(func.count()).select_from(CaseEvent).where(CaseEvent.notice == "N10")
        assert session.scalar(told) == CASES
        for case_id in session.scalars(select(Case.id).limit(50)).all():
            case = session.get_one(Case, case_id)
            assert chain.breaks_in(queries.events_of(session, [case_id]), case.last_event_seq, case.last_hash) == []
        doubled = text("SELECT count(*) - count(DISTINCT args) FROM procrastinate_jobs WHERE task_name = :tell")
        assert session.scalar(doubled, {"tell": engine.TELL}) == 0


@contextmanager
def worker(database_url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process of its own."""
    folder.mkdir()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [PYTHON, "-m", "disputes", "worker"],
            cwd=ROOT,
            env=environment(DATABASE_URL=database_url, VAR_DIR=str(folder)),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait(10)


def escalated() -> int:
    """Cases that the clocks have escalated."""
    with database.transaction() as session:
        return session.scalars(select(func.count()).select_from(Case).where(Case.state == "escalated")).one()


def acting() -> int:
    """Jobs that act on cases, waiting or running."""
    with database.transaction() as session:
        waiting = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :act AND status IN ('todo', 'doing')")
        return int(session.scalar(waiting, {"act": sweep.ACT}) or 0)
