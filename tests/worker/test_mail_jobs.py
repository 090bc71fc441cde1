"""How long a letter is tried."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from procrastinate import RetryDecision

from disputes import clock
from disputes.notifications.service import DELIVERY_TRIES
from disputes.worker.mail_jobs import AGAIN, RUNS, pause_after


class TestPauses:
    def test_grow_up_to_an_hour(self) -> None:
        assert [pause_after(attempts) for attempts in (0, 1, 2, 6, 7, 90)] == [3, 9, 27, 2187, 3600, 3600]

    def test_a_letter_is_tried_for_about_three_days(self) -> None:
        tried_for = timedelta(seconds=sum(pause_after(attempts) for attempts in range(DELIVERY_TRIES - 1)))
        assert timedelta(days=2, hours=23) < tried_for < timedelta(days=3, hours=1)

    def test_are_what_the_worker_is_told(self) -> None:
        decision = decision_after(20)
        assert decision is not None
        assert decision.retry_at is not None
        assert timedelta(minutes=59) < decision.retry_at - clock.now() <= timedelta(hours=1)

    def test_end_later_than_the_letters_own_tries(self) -> None:
        assert decision_after(DELIVERY_TRIES) is not None
        assert decision_after(RUNS - 1) is None


def decision_after(attempts: int) -> RetryDecision | None:
    job: Any = SimpleNamespace(attempts=attempts)
    return AGAIN.get_retry_decision(exception=OSError(), job=job)
