"""The jobs that act on the clocks of cases, and how long they are tried."""

from uuid import UUID

from procrastinate import App

from disputes import database
from disputes.deadlines import service, sweep
from disputes.worker.mail_jobs import AGAIN


def add_case_jobs(app: App) -> None:
    """Registers them; each may run again, or twice at once, and nothing happens twice."""
    app.task(name=sweep.ACT, retry=AGAIN)(act)


def act(case_id: str) -> None:
    """Acts on what is over in one case."""
    database.run(service.act_on_case, UUID(case_id))
