"""The job that passes on what somebody held, after the sign-in provider has given them another role."""

from uuid import UUID

from procrastinate import App

from disputes import database
from disputes.administration import leaving
from disputes.worker.mail_jobs import AGAIN


def add_admin_jobs(app: App) -> None:
    """Registers it; a second run finds nothing left to pass on."""
    app.task(name=leaving.PASS_ON, retry=AGAIN)(pass_on)


def pass_on(staff_id: str) -> None:
    """Passes on what this person cannot hold any more."""
    database.run(leaving.pass_on, UUID(staff_id))
