"""The worker knows the jobs of this package, and tries them again."""

import pytest

from disputes.records import tracker
from disputes.worker.app import make_app
from disputes.worker.mail_jobs import AGAIN

pytestmark = pytest.mark.database


def test_they_are_registered_and_retention_runs_every_night(database_url: str) -> None:
    app = make_app()
    for name in (tracker.FORGET_TRACKER, tracker.FORGET_LETTER):
        assert app.tasks[name].retry_strategy is AGAIN
    crons = {entry.task.name: entry.cron for entry in app.periodic_registry.periodic_tasks.values()}
    assert crons["records.retention"] == "23 2 * * *"
