"""What a message tells: values beside what it is about (order number, contact, name), and more of what happened."""

from typing import TYPE_CHECKING, Any

from actions import reading, slots
from actions.turn import Turn
from disputes import policy

if TYPE_CHECKING:
    from actions.talk import Talk


def values_told(talk: "Talk") -> dict[str, Any]:
    """Order number, contact and name, when they stand in a message that is about something else."""
    turn, changes = talk.turn, {}
    number = reading.order_number_in(turn, was_asked=False)
    if number:
        changes[slots.ORDER_NUMBER] = number
    return changes | contact_told(talk, turn, was_asked=False) | name_told(turn)


def contact_told(talk: "Talk", turn: Turn, *, was_asked: bool) -> dict[str, Any]:
    """The slots of an e-mail address and a phone number in a message; empty when there is neither."""
    email = reading.email_in(turn)
    phone = reading.phone_in(turn, policy.current().shop.country, was_asked=was_asked and not email)
    if not email and not phone:
        return {}
    email, phone = email or talk.slot(slots.EMAIL), phone or talk.slot(slots.PHONE)
    together = ", ".join(value for value in (email, phone) if value)
    return {slots.EMAIL: email, slots.PHONE: phone, slots.CONTACT: together}


def is_no_more(turn: Turn, told: dict[str, Any]) -> bool:
    """True when the message tells these values and nothing else."""
    known = (str(value) for value in told.values() if value)
    return bool(told) and not reading.tells_beside_value(turn, *(part for each in known for part in each.split()))


def name_told(turn: Turn) -> dict[str, Any]:
    """The slot of a name that is said to be one."""
    name = reading.name_said(turn.text)
    return {slots.NAME: name} if name else {}


def story_with(talk: "Talk") -> str:
    """What happened, as far as it was told, with this message, to the letter."""
    return joined(talk.slot(slots.STORY), talk.turn.text)


def joined(*texts: str | None) -> str:
    """What was told in several messages, as one text, to the letter."""
    return "\n\n".join(text for text in texts if text)
