"""What a customer can do with a complaint in the chat, after the code has proved who they are.

The assistant carries only what a button said, and what needs thought only after a second button. It decides nothing.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import policy
from disputes.cases import complainant, filing, forecast, progress, states
from disputes.cases.progress import NotVerified
from disputes.cases.schemas import CaseProgress
from disputes.cases.states import Actor
from disputes.cases.tables import Case
from disputes.chat import handover_card
from disputes.chat.lines import line
from disputes.chat.tables import Conversation
from disputes.errors import Conflict, NotFound
from disputes.investigation import service as investigation
from disputes.mediation import service as mediation
from disputes.mediation import wishes
from disputes.offers import service as offers

ASSISTANT: Final = Actor("assistant")
CUSTOMER: Final = Actor("customer")
"""Whoever agrees to mediation, or does not, speaks for themselves: the chat only shows the terms and the buttons."""


@dataclass(frozen=True)
class Told:
    """What comes with an act: the offer it is about, words, and a key that makes it happen once."""

    about: str = ""
    words: str = ""
    key: str = ""


@dataclass(frozen=True)
class AtHand:
    """What a complaint waits for: what a yes would be about, as buttons carry it ("" without anything): the id of the
    answer of ours that stands last, or a digest of the terms of a mediation; our questions; these terms."""

    about: str
    questions: tuple[str, ...]
    terms: str = ""


def _offer_id(told: Told) -> UUID:
    try:
        return UUID(told.about)
    except ValueError as fault:
        raise NotFound(line("old_button")) from fault


def _consent(*, agreed: bool) -> Callable[[Session, Case, Told], object]:
    def run(session: Session, case: Case, told: Told) -> object:
        terms = mediation.words_for(session, case, "customer")
        if agreed and told.about != _digest(terms):
            raise Conflict(line("terms_changed"))
        return mediation.consent(session, case, "customer", CUSTOMER, agreed, terms)

    return run


def _digest(terms: str) -> str:
    return hashlib.sha256(terms.encode()).hexdigest()[:32]


_ACTS: Final[Mapping[str, Callable[[Session, Case, Told], object]]] = {
    "accept": lambda session, case, told: offers.accept(session, case, ASSISTANT, _offer_id(told)),
    "refuse": lambda session, case, told: offers.refuse(session, case, ASSISTANT, _offer_id(told), told.words),
    "counter": lambda session, case, told: offers.counter(session, case, ASSISTANT, _offer_id(told), told.words),
    "answer": lambda session, case, told: investigation.answer(
        session, case, ASSISTANT, told.words, key=told.key, channel="chat"
    ),
    "add": lambda session, case, told: complainant.add_information(
        session, case, told.words, key=told.key, actor=ASSISTANT, channel="chat"
    ),
    "mediation": lambda session, case, told: mediation.request(session, case, ASSISTANT, told.words),
    "agree": _consent(agreed=True),
    "decline": _consent(agreed=False),
    "withdraw": lambda session, case, told: complainant.withdraw(session, case, ASSISTANT, key=told.key),
    "undo": lambda session, case, told: complainant.undo_withdrawal(session, case, ASSISTANT, key=told.key),
    "review": lambda session, case, told: complainant.ask_review(session, case, ASSISTANT, told.words, key=told.key),
}
"""Only steps of the table that the assistant may carry, and a word on mediation, which is the customer's own;
`states.check` refuses all others."""

_POSSIBLE: Final[Mapping[str, frozenset[str]]] = {
    "accept": states.ACCEPTED.sources | states.FINAL_ACCEPTED.sources,
    "refuse": states.REFUSED.sources | states.FINAL_ACCEPTED.sources,
    "counter": states.ACCEPTED.sources,
    "answer": states.OPEN,
    "add": frozenset(states.STATES),
    "mediation": wishes.CAN_ASK,
    "agree": states.MEDIATION_STARTED.sources,
    "decline": states.MEDIATION_DECLINED.sources,
    "withdraw": states.WITHDRAWN.sources,
    "undo": states.WITHDRAWAL_UNDONE.sources,
    "review": states.REOPENED.sources,
}
"""Where it makes sense to ask "are you sure?" or for words. The act itself checks all of it again."""

BUTTONS: Final[Mapping[str, str]] = {
    "outcome_offered": "utter_can_outcome_offered",
    "awaiting_customer": "utter_can_awaiting_customer",
    "mediation_offered": "utter_can_mediation_offered",
    "final_response": "utter_can_final_response",
    "resolved": "utter_can_resolved",
    "withdrawn": "utter_can_withdrawn",
    "filed": "utter_can_go_on",
    "investigating": "utter_can_go_on",
    "escalated": "utter_can_go_on",
}
"""The response of domain.yml with the buttons for a state; the other states have the page."""


def act(session: Session, conversation_id: UUID, reference: str, name: str, told: Told) -> CaseProgress:
    """Does one of the acts with a complaint whose reader is proved in this conversation; how it stands afterwards.

    The same act with the same key happens once. Raises `NotVerified` before the code was entered and when the proof
    has run out, and whatever the act itself raises, with a sentence for people.
    """
    run = _ACTS.get(name)
    if run is None:
        raise NotFound(line("not_from_here"))
    case = verified_case(session, conversation_id, reference)
    run(session, case, told)
    return progress.progress_of_cases(session, [case])[0]


def check(session: Session, conversation_id: UUID, reference: str, name: str) -> None:
    """Raises `NotVerified`, or `Conflict` when the complaint is past the stage for that act: before the customer is
    asked anything."""
    case = verified_case(session, conversation_id, reference)
    if case.state not in _POSSIBLE.get(name, frozenset()):
        stage = policy.current().stages[case.state]
        told = line("another_stage", reference=reference, stage=stage.label, next_step=stage.next_step)
        raise Conflict(told)


def at_hand(session: Session, conversation_id: UUID, reference: str) -> AtHand:
    """What the buttons under a complaint are about. Raises `NotVerified`."""
    case = verified_case(session, conversation_id, reference)
    if case.state == "mediation_offered":
        is_answered = "customer" in mediation.receipts_of(session, case)
        terms = "" if is_answered else mediation.words_for(session, case, "customer")
        return AtHand(_digest(terms), (), terms)
    offer = offers.current_offer(session, case)
    questions = investigation.open_questions(session, case)
    return AtHand(str(offer.id) if offer else "", tuple(question.text for question in questions))


def if_nothing(session: Session, conversation_id: UUID, reference: str | None = None) -> dict[str, list[str]]:
    """What happens by itself from here on, in sentences: the answer to "what if I do nothing?".

    By reference, of that complaint, or of every one that may be spoken of here. Raises `NotVerified`.
    """
    if reference is not None:
        cases: Sequence[Case] = [verified_case(session, conversation_id, reference)]
    else:
        cases = verified_cases(session, conversation_id)
    return {case.reference: forecast.if_you_do_nothing(session, case) for case in cases}


def open_about(
    session: Session, conversation_id: UUID, *, email: str | None, phone: str | None, order_number: str | None
) -> str | None:
    """The reference of an open complaint of the same person about the same order, to be shown before another is filed.

    Only one that was filed in this conversation, or may be spoken of in it: whether others exist is nobody's business.
    """
    found = filing.open_cases_for(session, email=email, phone=phone, order_number=order_number)
    try:
        proved = {case.id for case in verified_cases(session, conversation_id)}
    except NotVerified:
        proved = set()
    known_here = (case for case in found if case.conversation_id == conversation_id or case.id in proved)
    return next((case.reference for case in known_here if case.order_number == order_number), None)


def is_proved_by_shop(session: Session, conversation_id: UUID) -> bool:
    """Whether it is the shop's word that opens complaints here, all of that person: no code is needed."""
    conversation = session.get(Conversation, conversation_id)
    return conversation is not None and handover_card.proof_of(session, conversation) == "shop"


def verified_case(session: Session, conversation_id: UUID, reference: str) -> Case:
    """The complaint with that reference, if its reader is proved here. Raises `NotVerified` for any other."""
    for case in verified_cases(session, conversation_id):
        if case.reference == reference:
            return case
    raise NotVerified


def verified_cases(session: Session, conversation_id: UUID) -> Sequence[Case]:
    """The complaints that may be spoken of in this conversation. Raises `NotVerified` without a proof."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None or conversation.status_request_id is None:
        raise NotVerified
    return progress.proved_cases(session, conversation.status_request_id)
