"""Whether a chat has helped: asked once at each end of it, 1 to 5, with a few words if one likes.

It is asked when either side ends a chat, and when the assistant's solution is taken; never of a chat that fell asleep,
nor a second time before the customer has written again. Nobody has to answer.
"""

import json
import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases.fields import clean_text
from disputes.chat import queries, queue, reach_queries, thread
from disputes.chat.lines import button, line
from disputes.chat.schemas import Json
from disputes.chat.tables import Conversation, Message, Satisfaction
from disputes.errors import Invalid, NotFound
from disputes.notifications import letters, service
from disputes.settings import settings

RATE: Final = "/rate"
"""How the payloads of the buttons begin for widgets that know no card. The chat itself takes them."""

SCORES: Final = (1, 2, 3, 4, 5)
UNHAPPY: Final = 2
NOT_HELPED: Final = "chat_not_helped"
LONGEST_WORDS: Final = 1_000
_BY_MAIL: Final = re.compile(r"\s*([1-5])(?:\s*/\s*5)?\s*[.!]?\s*(?:\n(.*))?", re.DOTALL)
"""A number that stands alone in the first line, and what is said below it."""


@dataclass(frozen=True)
class Answer:
    """A score from 1 to 5, and words."""

    score: int
    words: str


def ask(session: Session, conversation: Conversation) -> Message | None:
    """Asks now; None when there is nothing to judge. The caller holds the lock on the conversation's row."""
    before = reach_queries.last_question(session, conversation.id)
    if not reach_queries.wrote_since(session, conversation.id, before.seq if before else 0):
        return None
    row = {
        "id": uuid4(),
        "conversation_id": conversation.id,
        "epoch": conversation.epoch,
        "asked_at": clock.now(),
    }
    asked = insert(Satisfaction).values(**row).on_conflict_do_nothing().returning(Satisfaction.id)
    if session.scalar(asked) is None:
        return None
    buttons = [_button(conversation.epoch, score) for score in SCORES]
    card = {"kind": "rating", "title": line("satisfaction_title"), "rows": [], "epoch": conversation.epoch}
    return thread.append(session, conversation, "system", line("satisfaction"), quick_replies=buttons, card=card)


def rate(session: Session, conversation_id: UUID, epoch: object, score: object, words: object) -> Message:
    """Keeps the customer's answer, and returns the question as it stands now. The first answer counts.

    Raises NotFound when that was never asked here, Invalid for anything but 1 to 5.
    """
    conversation = queries.locked(session, conversation_id)
    asked = reach_queries.satisfaction_of(session, conversation_id, epoch) if isinstance(epoch, int) else None
    question = reach_queries.question_of(session, conversation_id, asked.epoch) if asked else None
    if conversation is None or asked is None or question is None:
        raise NotFound(line("nobody_asked"))
    if not isinstance(score, int) or score not in SCORES:
        raise Invalid(line("one_to_five"))
    if asked.answered_at is None:
        _keep(session, conversation, asked, Answer(score, words if isinstance(words, str) else ""))
    return question


def rate_by_button(session: Session, conversation_id: UUID, payload: str) -> Message | None:
    """The same from the button of a widget that knows no card, which may be pressed again. None: it is no button."""
    if not payload.startswith(RATE):
        return None
    try:
        told = json.loads(payload.removeprefix(RATE))
        return rate(session, conversation_id, told["epoch"], told["score"], "")
    except (ValueError, KeyError, TypeError, NotFound, Invalid):
        return None


def rated_by_mail(session: Session, conversation: Conversation, text: str) -> bool:
    """Takes a mail for the answer when it begins with a number alone in its line, and the question is still open.

    False: it is a message like any other. So is one that asks something below the number, which counts all the same.
    """
    found = _BY_MAIL.fullmatch(text)
    newest = next(iter(reach_queries.satisfactions_of(session, conversation.id)), None)
    if found is None or newest is None or newest.answered_at is not None:
        return False
    if not reach_queries.asked_by_mail(session, conversation.id, newest.asked_at):
        return False
    answer = Answer(int(found[1]), found[2] or "")
    _keep(session, conversation, newest, answer)
    if answer.score <= UNHAPPY and conversation.reply_email:
        _offer_by_mail(session, conversation, newest)
    return "?" not in answer.words


def _keep(session: Session, conversation: Conversation, asked: Satisfaction, answer: Answer) -> None:
    asked.score, asked.answered_at = answer.score, clock.now()
    asked.words = clean_text(answer.words)[:LONGEST_WORDS] or None
    question = reach_queries.question_of(session, conversation.id, asked.epoch)
    redrawn: Json = {}
    if question is not None:
        question.card = {**(question.card or {}), "score": answer.score}
        question.quick_replies = None
        redrawn = {"card": question.card, "note": {"card_of": str(question.id)}}  # in every tab that shows it
    session.flush()
    if answer.score <= UNHAPPY:
        words = line("satisfaction_low", form_url=queue.complaint_form_url())
        person = button("person_button", queue.TALK_TO_PERSON)
        thread.append(session, conversation, "system", words, quick_replies=[person], lists=True, **redrawn)
    else:
        thread.append(session, conversation, "system", line("satisfaction_thanks"), lists=True, **redrawn)


def _offer_by_mail(session: Session, conversation: Conversation, asked: Satisfaction) -> None:
    service.add(
        session,
        letters.chat_not_helped(policy.current(), settings().base_url),
        kind=NOT_HELPED,
        dedupe_key=f"{NOT_HELPED}:{asked.id}",
        recipient=conversation.reply_email,
        about={"conversation_id": conversation.id},
        queue=True,
    )


def _button(epoch: int, score: int) -> Json:
    title = line(f"score_{score}")
    return {"content_type": "text", "title": title, "payload": f"{RATE}{json.dumps({'epoch': epoch, 'score': score})}"}
