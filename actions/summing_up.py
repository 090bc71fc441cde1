"""What is known of a chat, in one line."""

from typing import TYPE_CHECKING, Any, Final

from actions import slots
from disputes import policy

if TYPE_CHECKING:
    from actions.talk import Talk

SHOWN: Final = 200
"""Characters of the story in the summary for the agent; the whole chat is beside it."""


def summary_of(talk: "Talk", told: dict[str, Any] | None = None) -> str:
    """What is known, in one line, for an agent who has three seconds. `told`: in this very message."""
    category = talk.slot(slots.CATEGORY)
    number = slots.told_order((told or {}).get(slots.ORDER_NUMBER) or talk.slot(slots.ORDER_NUMBER))
    story = str(talk.slot(slots.DESCRIPTION) or talk.slot(slots.STORY) or talk.turn.text)
    filed, outcome = talk.slot(slots.REFERENCE), talk.slot(slots.OUTCOME)
    parts = (
        policy.current().category_label(category) if category else None,
        f"order {number}" if number else None,
        f"remedy {outcome}" if outcome else None,
        f"filed {filed}" if filed else None,
        "filing a complaint" if talk.form == slots.COMPLAINT_FORM else None,
        " ".join(story.split())[:SHOWN] or None,
    )
    return " · ".join(part for part in parts if part)
