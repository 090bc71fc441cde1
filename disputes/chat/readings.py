"""Keeps what the assistant understood of each typed message, and notices when it was probably wrong."""

import re
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Update, case, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from disputes import clock
from disputes.chat.schemas import Json
from disputes.chat.tables import Message, TurnReading

NOT_UNDERSTOOD: Final = frozenset({"nlu_fallback", "out_of_scope"})
UNSURE: Final = 0.40
"""Under this chance somebody should look: in our test set a third of such messages was read wrongly (docs/nlu.md)."""

RIGHT_AFTER: Final = timedelta(minutes=5)
SAYS_LITTLE: Final = ("talk_to_person", "greet", "thank", "goodbye", "affirm", "deny", "that_is_all")
"""Whoever wants a person after one of these was not misunderstood in it."""

_AS_READ: Final = {"synchronize_session": False}
_MEANT_INSTEAD: Final = re.compile(r"/(problem_\w+|change_category|ask_\w+|have_problem|make_complaint)\b")
"""Buttons that name a matter: pressed right after a message, they say what it was about."""


def note(session: Session, message: Message, told: Json | None) -> None:
    """Keeps what was understood of a message, and looks whether it corrects what was understood of the one before.

    Nothing is kept of buttons and of answers that a form asked for. Noting it again changes nothing.
    """
    meant = _MEANT_INSTEAD.match(message.payload or "")
    if meant is not None:
        _meant_instead(session, message.conversation_id, meant[1])
    if told is None or told.get("taken"):
        return
    intent, confidence = str(told.get("intent") or ""), float(told.get("confidence") or 0)
    row = {
        "message_id": message.id,
        "conversation_id": message.conversation_id,
        "intent": intent,
        "confidence": confidence,
        "others": list(told.get("others") or ()),
        "form": told.get("form"),
        "sign": "fallback" if intent in NOT_UNDERSTOOD else "unsure" if confidence < UNSURE else None,
        "state": "open",
        "at": clock.now(),
    }
    session.execute(insert(TurnReading).values(**row).on_conflict_do_nothing())


def went_to_a_person(session: Session, conversation_id: UUID) -> None:
    """The customer wants a person: what was understood right before may be why."""
    said_nothing = TurnReading.intent.in_(SAYS_LITTLE)
    wrong = TurnReading.sign.is_(None) & ~said_nothing
    session.execute(_last(conversation_id).where(wrong).values(sign="person"), execution_options=_AS_READ)


def _meant_instead(session: Session, conversation_id: UUID, intent: str) -> None:
    """What was not understood stays so; but now it is known what it was about."""
    sign = case((TurnReading.sign == "fallback", "fallback"), else_="button")
    other = _last(conversation_id).where(TurnReading.intent != intent)
    session.execute(other.values(sign=sign, hint=intent), execution_options=_AS_READ)


def _last(conversation_id: UUID) -> Update:
    """The newest reading of a chat, when it is of just now and nobody has looked at it."""
    newest = (
        select(TurnReading.message_id)
        .where(TurnReading.conversation_id == conversation_id, TurnReading.at > clock.now() - RIGHT_AFTER)
        .order_by(TurnReading.at.desc())
        .limit(1)
    )
    return update(TurnReading).where(TurnReading.message_id == newest.scalar_subquery(), TurnReading.state == "open")
