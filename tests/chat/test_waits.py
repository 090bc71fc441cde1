"""How long a wait is likely to be, from how others fared."""

from datetime import UTC, datetime, timedelta

import pytest

from disputes.chat.schemas import Claim
from disputes.chat.waits import FEWEST_CLAIMS, expected_minutes

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class TestExpectedMinutes:
    @pytest.mark.parametrize("count", range(FEWEST_CLAIMS))
    def test_is_unknown_with_too_few_claims(self, count: int) -> None:
        assert expected_minutes(claims(*[(number, number + 1) for number in range(count)]), 1) is None

    def test_is_what_the_head_of_the_queue_waited(self) -> None:
        assert expected_minutes(claims((0, 3), (10, 13), (20, 23)), 1) == 3

    def test_grows_with_the_place(self) -> None:
        assert expected_minutes(claims((0, 3), (10, 13), (20, 23)), 4) == 12

    def test_counts_from_the_claim_before_when_several_waited(self) -> None:
        """All three came at noon; one was taken each five minutes: that is what the head waits, not fifteen."""
        assert expected_minutes(claims((0, 5), (0, 10), (0, 15)), 1) == 5

    def test_a_quiet_hour_does_not_look_like_a_slow_queue(self) -> None:
        assert expected_minutes(claims((0, 1), (55, 56), (110, 111)), 1) == 1

    def test_is_careful_the_slow_quarter_counts_more_than_the_quick_half(self) -> None:
        assert expected_minutes(claims((0, 1), (10, 11), (20, 28), (40, 48)), 1) == 8

    def test_is_at_least_a_minute(self) -> None:
        assert expected_minutes(claims((0, 0), (1, 1), (2, 2)), 1) == 1

    def test_the_order_of_the_claims_does_not_matter(self) -> None:
        told = claims((0, 5), (0, 10), (0, 15))
        assert expected_minutes(list(reversed(told)), 2) == expected_minutes(told, 2)


def claims(*minutes: tuple[int, int]) -> list[Claim]:
    """Chats that came and were taken so many minutes after noon."""
    return [Claim(NOON + timedelta(minutes=came), NOON + timedelta(minutes=taken)) for came, taken in minutes]
