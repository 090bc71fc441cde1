"""What the customer corrected on the hand-over card while people had the chat, on its way into the slots."""

from collections.abc import Mapping
from typing import Any

from actions import slots
from actions.mentions import named_in


def slots_of(corrected: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, Any]:
    """The slots that these corrections set; `known` are the slots as they are. The same ones twice change nothing."""
    changes: dict[str, Any] = {name: value for name, value in corrected.items() if known.get(name) != value}
    if slots.CATEGORY in changes or slots.ORDER_NUMBER in changes:
        changes |= dict.fromkeys(slots.ONE_MATTER)
    if slots.DESCRIPTION in changes:
        changes[slots.STORY] = None
        changes |= named_in(changes[slots.DESCRIPTION])
    if slots.EMAIL in changes or slots.PHONE in changes:
        ways = (changes.get(name) or known.get(name) for name in (slots.EMAIL, slots.PHONE))
        changes[slots.CONTACT] = ", ".join(str(way) for way in ways if way)
    return changes
