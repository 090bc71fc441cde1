"""The jobs that write and send letters, and how long they are tried."""

from procrastinate import App, RetryStrategy

from disputes.notifications import tasks

AGAIN = RetryStrategy(max_attempts=30, exponential_wait=3)
"""Waits 3, 9, 27 ... seconds. The number is only a wall: when a letter has failed, its own row decides
(`notifications.service.DELIVERY_TRIES`)."""


def add_mail_jobs(app: App) -> None:
    """Registers them; each may run again without sending twice."""
    app.task(name="notifications.tell", retry=AGAIN)(tasks.tell)
    app.task(name="notifications.deliver", retry=AGAIN)(tasks.deliver)
    app.task(name="people.send_status_code", retry=AGAIN)(tasks.send_status_code)
    app.task(name="people.send_sign_in_link", retry=AGAIN)(tasks.send_sign_in_link)
