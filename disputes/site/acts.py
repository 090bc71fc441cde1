"""What a customer can do on the page of a complaint: the name in the form, what it runs, and what is said after it.

Each verb is called with a case whose reader is proved. What they typed comes as a plain mapping.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from disputes.cases import complainant
from disputes.cases.states import Actor
from disputes.cases.tables import Case
from disputes.errors import Invalid, NotFound
from disputes.investigation import service as investigation
from disputes.mediation import service as mediation
from disputes.offers import service as offers
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "page")

type Typed = Mapping[str, str]

CUSTOMER: Final = Actor("customer")


def _answer(session: Session, case: Case, typed: Typed) -> object:
    return investigation.answer(session, case, CUSTOMER, _words(typed), key=_key(typed, "answer"), channel="page")


def _add(session: Session, case: Case, typed: Typed) -> object:
    return complainant.add_information(session, case, _words(typed), key=_key(typed, "add"))


def _accept(session: Session, case: Case, typed: Typed) -> object:
    return offers.accept(session, case, CUSTOMER, _id(typed, "offer_id"))


def _refuse(session: Session, case: Case, typed: Typed) -> object:
    return offers.refuse(session, case, CUSTOMER, _id(typed, "offer_id"), _words(typed))


def _counter(session: Session, case: Case, typed: Typed) -> object:
    return offers.counter(session, case, CUSTOMER, _id(typed, "offer_id"), _words(typed))


def _not_delivered(session: Session, case: Case, typed: Typed) -> object:
    return offers.remedy_failed(session, case, CUSTOMER, _id(typed, "remedy_id"), _words(typed))


def _ask_mediation(session: Session, case: Case, typed: Typed) -> object:
    return mediation.request(session, case, CUSTOMER, _words(typed))


def _consent(*, agreed: bool) -> Callable[[Session, Case, Typed], object]:
    def run(session: Session, case: Case, typed: Typed) -> object:
        shown = typed.get("words_shown", "")
        return mediation.consent(session, case, "customer", CUSTOMER, agreed, shown)

    return run


def _stop_mediation(session: Session, case: Case, typed: Typed) -> object:
    return mediation.stop(session, case, CUSTOMER, _words(typed))


def _extend_mediation(session: Session, case: Case, _typed: Typed) -> object:
    return mediation.extend(session, case, CUSTOMER, "customer")


def _write_to_neutral(session: Session, case: Case, typed: Typed) -> None:
    mediation.write_to_neutral(session, case, "customer", CUSTOMER, _words(typed))


def _share(session: Session, case: Case, typed: Typed) -> None:
    file = _id(typed, "file") if typed.get("file") else None
    mediation.share(session, case, CUSTOMER, evidence_id=file, text=None if file else _words(typed))


def _accept_settlement(session: Session, case: Case, typed: Typed) -> object:
    read = _id(typed, "settlement_id")
    return mediation.accept_settlement(session, case, "customer", CUSTOMER, settlement_id=read)


def _withdraw(session: Session, case: Case, typed: Typed) -> object:
    if typed.get("sure") != "yes":
        raise Invalid(say("sure"), {"sure": say("sure")})
    return complainant.withdraw(session, case, CUSTOMER, key=_key(typed, "withdraw"))


def _undo(session: Session, case: Case, typed: Typed) -> object:
    return complainant.undo_withdrawal(session, case, CUSTOMER, key=_key(typed, "undo"))


def _review(session: Session, case: Case, typed: Typed) -> object:
    reason: Literal["new_fact", "remedy"] = "remedy" if typed.get("reason") == "remedy" else "new_fact"
    key = _key(typed, "review")
    return complainant.ask_review(session, case, CUSTOMER, _words(typed), reason=reason, key=key)


def _object(session: Session, case: Case, typed: Typed) -> object:
    return complainant.object_to_redirect(session, case, CUSTOMER, _words(typed))


def _content(session: Session, case: Case, typed: Typed) -> object:
    return complainant.give_satisfaction(session, case, happy=typed.get("happy") == "yes", words=_words(typed))


def _no_form(_session: Session, _case: Case, _typed: Typed) -> object:
    raise Invalid(say("choose_file"), {"file": say("choose_file")})


ACTS: Final[Mapping[str, Callable[[Session, Case, Typed], object]]] = {
    "answer": _answer,
    "add": _add,
    "accept": _accept,
    "refuse": _refuse,
    "counter": _counter,
    "not-delivered": _not_delivered,
    "ask-mediation": _ask_mediation,
    "mediation-yes": _consent(agreed=True),
    "mediation-no": _consent(agreed=False),
    "mediation-longer": _extend_mediation,
    "mediation-stop": _stop_mediation,
    "neutral": _write_to_neutral,
    "mediation-share": _share,
    "settlement": _accept_settlement,
    "withdraw": _withdraw,
    "undo": _undo,
    "review": _review,
    "object": _object,
    "evidence": _no_form,
    "content": _content,
}
"""What each form of the page runs. What is read after it is the sentence of the same name."""


def said_after(act: str) -> str:
    """What is read after a form was sent."""
    return say(act)


def _words(typed: Typed) -> str:
    return typed.get("words", "")


def _key(typed: Typed, act: str) -> str:
    """Names this content of this form: the same when it is sent twice, another one for other words."""
    key = typed.get("key", "")
    if not 16 <= len(key) <= 64:
        raise Invalid(say("open_again"))
    return f"page:{sha256(f'{key}\0{act}\0{_words(typed)}'.encode()).hexdigest()}"


def _id(typed: Typed, name: str) -> UUID:
    try:
        return UUID(typed.get(name, ""))
    except ValueError as fault:
        raise NotFound(say("open_again")) from fault
