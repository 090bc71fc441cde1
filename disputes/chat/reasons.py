"""Why a chat changes hands, as codes: every change has one, reports count them and staff read them. Pure."""

from collections.abc import Mapping
from typing import Final, Literal

type Why = Literal[
    "asked", "not_understood", "remedy_accepted", "legal", "urgent", "vulnerable", "abuse", "message_left",
    "by_mail",
]  # fmt: skip
"""Why a chat comes from the assistant, or from its end, into the queue."""

type Reason = Literal[
    "asked", "not_understood", "remedy_accepted", "legal", "urgent", "vulnerable", "abuse", "message_left",
    "by_mail", "opened", "earlier", "claimed", "assigned", "taken_over", "to_colleague", "to_manager", "to_team",
    "agent_gone", "agent_left", "not_answered", "nobody_claimed", "returned_by_customer", "returned_by_agent",
    "ended_by_customer", "closed_by_agent", "idle", "went_on", "internal_error",
]  # fmt: skip
"""Why a chat changes hands at all. "earlier": it did so before there was a log."""

LEFT: Final[tuple[Why, Why]] = ("message_left", "by_mail")
"""The customer does not sit and wait: what they left waits without a limit of time."""

BEGINNINGS: Final[Mapping[str, str]] = {
    "asked": "asked for a person",
    "not_understood": "the assistant did not understand",
    "remedy_accepted": "to do what the assistant proposed",
    "legal": "wrote of lawyers, courts or chargebacks",
    "urgent": "wrote of a danger, or marked as urgent",
    "vulnerable": "may need extra care",
    "abuse": "went on with abuse after a warning",
    "message_left": "left a message",
    "by_mail": "answered by mail",
    "taken_over": "joined by an agent",
    "went_on": "went on after its end",
    "internal_error": "the assistant did not answer",
}
"""All the ways in which a time with people begins, for staff."""


def why_asked(
    told: str | None, *, urgent: bool, vulnerable: bool, legal: bool, not_understood: bool, remedy_accepted: bool
) -> Why:
    """The one reason for which somebody who asks for a person is counted: what weighs most comes first.

    `told` is what the assistant says of it; a code that there is not counts as the plain wish.
    """
    if urgent or told == "danger":
        return "urgent"
    if vulnerable:
        return "vulnerable"
    if told == "abuse":
        return "abuse"
    if legal:
        return "legal"
    if not_understood or told == "not_understood":
        return "not_understood"
    return "remedy_accepted" if remedy_accepted else "asked"
