"""Takes addresses and numbers of a person out of chats that are not theirs.

Anybody can type an address. That neither makes a chat its owner's, nor may whoever asks to be erased delete what
strangers wrote: the address goes, wherever it stands, and the chat stays whose it is.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases.fields import clean_text
from disputes.cases.progress import mask_email, mask_phone
from disputes.chat import files, hints
from disputes.chat.lines import line
from disputes.chat.schemas import Json
from disputes.chat.tables import Conversation
from disputes.inbound.tables import InboundMail
from disputes.records import chats, person_queries, queries, tracker
from disputes.records.person import Person
from disputes.records.swap import ERASED_ADDRESS, ERASED_WORDS, Swap
from disputes.records.terms import is_held

WAYS: Final = ("contact_email", "contact_phone")
"""The lines of the hand-over card that say how a customer is reached."""


def take_out(session: Session, person: Person, conversation_ids: Sequence[UUID]) -> None:
    """Erases how this person is reached from these chats of others, and what this person wrote into them by mail.

    A number stays in the chat of somebody who is known: several people may have it, and nobody proves one. Nothing of
    a chat that belongs to a held complaint is touched, nor what a complaint of this person still needs.
    """
    own = {case.id for case in person.cases}
    for conversation_id in sorted(conversation_ids):
        found = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
        conversation = session.scalar(found.execution_options(populate_existing=True))
        belongs_to = queries.cases_of_conversation(session, conversation_id)
        if conversation is None or any(case.id in own or is_held(case, clock.now()) for case in belongs_to):
            continue
        _forget_mails(session, person, conversation_id)
        of_another = any(case.contact_erased_at is None for case in belongs_to)
        of_another = of_another or person_queries.is_proved_for_another(session, conversation_id, person)
        if _swap(session, conversation, _ways(person, with_phones=not of_another)):
            tracker.ask_to_forget(session, conversation_id)
            hints.conversation_changed(session, conversation_id, lists=True)


def _ways(person: Person, *, with_phones: bool) -> Swap:
    """Each way to reach them, also as the chat shows it to whoever knows it already."""
    phones = person.phones if with_phones else ()
    shown = (*map(mask_email, person.addresses), *map(mask_phone, phones))
    return Swap((*person.addresses, *phones, *shown), ERASED_ADDRESS)


def _swap(session: Session, conversation: Conversation, swap: Swap) -> bool:
    """True when anything was found."""
    changed = _swap_in_chat(conversation, swap)
    for message in queries.messages_of(session, conversation.id, notes=True):
        changed |= _set(message, card=_card(message.card, swap))
        changed |= _swap_in(message, swap, "text", "payload", "note", "quick_replies", "attachment")
    for asked in queries.satisfactions_of(session, conversation.id):
        changed |= _swap_in(asked, swap, "words")
    for file in files.files_of(session, conversation.id):
        changed |= _swap_in(file, swap, "file_name")
    for reading in queries.readings_of_chat(session, conversation.id):
        changed |= _swap_in(reading, swap, "example")
    for letter in queries.letters_of_chat(session, conversation.id):
        changed |= _swap_in(letter, swap, "subject", "text", "html")
        if swap.is_one(letter.recipient):
            changed |= _set(letter, recipient=None)
            chats.stop_sending(session, letter)
    for mail in queries.mails_of_chat(session, conversation.id):
        # The whole of a mail that waits for a person stays as it came: it has somebody's files in it.
        changed |= _swap_in(mail, swap, "subject", "text", "original", "refused")
    session.flush()
    return changed


def _swap_in_chat(conversation: Conversation, swap: Swap) -> bool:
    facts, corrections = conversation.facts, conversation.corrections
    changed = _set(
        conversation,
        facts={name: swap.json(value) for name, value in facts.items() if not swap.is_one(value)},
        corrections={
            name: swap.json(given) for name, given in corrections.items() if not swap.is_one(given.get("value"))
        },
        reply_email=None if swap.is_one(conversation.reply_email) else conversation.reply_email,
    )
    changed |= _swap_in(conversation, swap, "handoff_summary")
    if changed:
        conversation.facts_version += 1
    return changed


def _card(card: Json | None, swap: Swap) -> Json | None:
    """A card whose lines about the way to the customer are as empty as if nobody had filled them."""
    if card is None:
        return None
    shown: Json = swap.json(card)
    for row, was in zip(shown.get("rows", []), card.get("rows", []), strict=True):
        if row.get("field") in WAYS and swap.is_one(was.get("typed")):
            row |= {"value": line("handover_empty"), "typed": ""}
    return shown


def _swap_in(row: object, swap: Swap, *columns: str) -> bool:
    return _set(row, **{column: swap.json(getattr(row, column)) for column in columns})


def _set(row: object, **values: Any) -> bool:
    """True when one of them was different."""
    different = {column: value for column, value in values.items() if getattr(row, column) != value}
    for column, value in different.items():
        setattr(row, column, value)
    return bool(different)


def _forget_mails(session: Session, person: Person, conversation_id: UUID) -> None:
    """What this person wrote into the chat by mail is theirs, whosever the chat is. The mail itself goes as all do."""
    for mail in queries.mails_of_chat(session, conversation_id):
        if mail.sender not in person.addresses:
            continue
        messages = person_queries.messages_by_mail(session, mail)
        files.forget(session, conversation_id, of={message.id for message in messages})
        for message in messages:
            message.text, message.attachment = ERASED_WORDS, None
        _forget_verdict(session, mail, conversation_id)
    session.flush()


def _forget_verdict(session: Session, mail: InboundMail, conversation_id: UUID) -> None:
    for asked in queries.satisfactions_of(session, conversation_id):
        if asked.words and asked.words in clean_text(mail.text or ""):
            asked.words = None
