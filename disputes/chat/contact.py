"""How a customer of the chat can be reached when they are not here, and what they type to tell us."""

import re
from typing import Final

from sqlalchemy.orm import Session

from disputes import policy
from disputes.cases.fields import FieldError, clean_email, clean_phone
from disputes.cases.progress import mask_email, mask_phone
from disputes.chat import handover_card, thread
from disputes.chat.lines import line
from disputes.chat.tables import Conversation

EMAIL: Final = re.compile(r"[^\s<>,;:()\"]+@[^\s<>,;:()\"]+\.[^\s<>,;:()\"]+")
PHONE: Final = re.compile(r"\+?\d[\d\s().\-/]{7,20}\d")


def contact_of(session: Session, conversation: Conversation) -> str | None:
    """The address or number that was given in this chat, in a form that tells it to nobody else."""
    email = conversation.reply_email or conversation.facts.get("contact_email")
    phone = conversation.facts.get("contact_phone")
    if email:
        return mask_email(str(email))
    return mask_phone(str(phone)) if phone else None


def take_contact(session: Session, conversation: Conversation, text: str) -> None:
    """Keeps an address or a number that the customer types after leaving a message, and says that it has it."""
    if conversation.left_message_at is None:
        return
    email = _email_in(text)
    phone = None if email else _phone_in(text)
    if email and email != conversation.reply_email:
        conversation.reply_email, address = email, mask_email(email)
        if not conversation.facts.get("contact_email"):
            conversation.facts = {**conversation.facts, "contact_email": email}
            conversation.facts_version += 1
    elif phone and phone != conversation.facts.get("contact_phone"):
        conversation.facts = {**conversation.facts, "contact_phone": phone}
        conversation.facts_version += 1
        address = mask_phone(phone)
    else:
        return
    words = line("contact_taken" if email else "contact_taken_phone", address=address)
    thread.append(session, conversation, "system", words, lists=True, **handover_card.redrawn(session, conversation))


def _email_in(text: str) -> str | None:
    for found in EMAIL.findall(text):
        try:
            return clean_email(found.rstrip(".!?"))
        except FieldError:
            continue
    return None


def _phone_in(text: str) -> str | None:
    for found in PHONE.findall(text):
        try:
            return clean_phone(found, policy.current().shop.country)
        except FieldError:
            continue
    return None
