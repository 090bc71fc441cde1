"""What a customer can do on the page of a complaint: the name in the form, what it runs, and what is said after it.

Each verb is called with a case whose reader is proved. What they typed comes as a plain mapping.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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

type Typed = Mapping[str, str]

CUSTOMER: Final = Actor("customer")


@dataclass(frozen=True)
class Act:
    """One form of the page. `done` is read after it."""

    run: Callable[[Session, Case, Typed], object]
    done: str


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
        raise Invalid("Please tick the box to confirm.", {"sure": "Please tick the box to confirm."})
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
    raise Invalid("Please choose a file.", {"file": "Please choose a file."})


ACTS: Final[dict[str, Act]] = {
    "answer": Act(_answer, "Thank you. Your answer is with your complaint, and we go on with it."),
    "add": Act(_add, "Thank you. We put it beside your complaint."),
    "accept": Act(_accept, "Thank you. You accepted our answer. What we agreed is on this page, with its dates."),
    "refuse": Act(_refuse, "We understand. What you said is with your complaint."),
    "counter": Act(_counter, "Thank you. We look at your proposal. You can still accept our answer in time."),
    "not-delivered": Act(_not_delivered, "Thank you for telling us. A person looks into it."),
    "ask-mediation": Act(_ask_mediation, "Thank you. We have your wish for mediation."),
    "mediation-yes": Act(_consent(agreed=True), "Thank you. You said yes to mediation. You may stop at any time."),
    "mediation-no": Act(_consent(agreed=False), "That is fine. Your complaint simply goes on."),
    "mediation-longer": Act(_extend_mediation, "Thank you. You agreed to more time."),
    "mediation-stop": Act(_stop_mediation, "The mediation has ended. Your complaint is with management now."),
    "neutral": Act(_write_to_neutral, "Thank you. Only the neutral person reads this."),
    "mediation-share": Act(_share, "Thank you. The neutral person and the shop can read it."),
    "settlement": Act(_accept_settlement, "Thank you. You accepted the agreement."),
    "withdraw": Act(_withdraw, "You withdrew this complaint. You can take that back on this page."),
    "undo": Act(_undo, "Your complaint goes on where it stood."),
    "review": Act(_review, "Thank you. A manager looks at it again."),
    "object": Act(_object, "Thank you. Management looks at your complaint."),
    "evidence": Act(_no_form, "Thank you. The file is with your complaint."),
    "content": Act(_content, "Thank you for telling us."),
}


def _words(typed: Typed) -> str:
    return typed.get("words", "")


def _key(typed: Typed, act: str) -> str:
    """Names this content of this form: the same when it is sent twice, another one for other words."""
    key = typed.get("key", "")
    if not 16 <= len(key) <= 64:
        raise Invalid("Please open this page again and repeat what you did.")
    return f"page:{sha256(f'{key}\0{act}\0{_words(typed)}'.encode()).hexdigest()}"


def _id(typed: Typed, name: str) -> UUID:
    try:
        return UUID(typed.get(name, ""))
    except ValueError as fault:
        raise NotFound("Please open this page again and repeat what you did.") from fault
