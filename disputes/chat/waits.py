"""How long a wait is likely to be, measured from how others fared just now. Pure: claims in, minutes out."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from math import ceil
from typing import Final

from disputes.chat.schemas import Claim

MEASURED_OVER: Final = timedelta(hours=2)
FEWEST_CLAIMS: Final = 3
"""With less to go by, nothing is said about the wait."""

CAUTION: Final = 0.75
"""The share of recent waits at the head of the queue that were no longer than the one we reckon with."""


def expected_minutes(claims: Sequence[Claim], position: int) -> int | None:
    """Whole minutes until somebody at this place is likely to be taken; None when there is too little to say.

    What is measured is how long the head of the queue waited: from when a chat came, or from the claim before it if
    that was later, until it was taken. A quiet hour, in which nobody waited, does not make the queue look slow.
    """
    if len(claims) < FEWEST_CLAIMS:
        return None
    in_order = sorted(claims, key=lambda claim: claim.taken_at)
    spans = [in_order[0].taken_at - in_order[0].queued_at]
    for before, claim in pairwise(in_order):
        spans.append(claim.taken_at - max(claim.queued_at, before.taken_at))
    spans.sort()
    head = spans[min(ceil(len(spans) * CAUTION), len(spans)) - 1]
    return max(1, ceil(head * position / timedelta(minutes=1)))
