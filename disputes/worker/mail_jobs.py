"""The jobs that write and send letters, and how long they are tried."""

from procrastinate import App, BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from disputes.notifications import tasks

FIRST_PAUSE_SECONDS = 3
LONGEST_PAUSE_SECONDS = 3600
RUNS = 100
"""Only a wall, above `notifications.service.DELIVERY_TRIES`: when a letter has failed, its own row decides."""


class PatientRetry(BaseRetryStrategy):
    """Runs a job again after 3, 9, 27 ... seconds, but never later than after an hour."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to run it again; None once it has run `RUNS` times."""
        if job.attempts + 1 >= RUNS:
            return None
        return RetryDecision(retry_in={"seconds": pause_after(job.attempts)})


def pause_after(attempts: int) -> int:
    """Seconds until the next run of a job that had been run so many times before the run that failed."""
    return int(min(FIRST_PAUSE_SECONDS ** (attempts + 1), LONGEST_PAUSE_SECONDS))


AGAIN = PatientRetry()


def add_mail_jobs(app: App) -> None:
    """Registers them; each may run again without sending twice."""
    app.task(name="notifications.tell", retry=AGAIN)(tasks.tell)
    app.task(name="notifications.tell_staff", retry=AGAIN)(tasks.tell_staff)
    app.task(name="notifications.deliver", retry=AGAIN)(tasks.deliver)
    app.task(name="people.send_status_code", retry=AGAIN)(tasks.send_status_code)
    app.task(name="people.send_sign_in_link", retry=AGAIN)(tasks.send_sign_in_link)
