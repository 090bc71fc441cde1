"""Telling a complainant how the complaint stands, after a code to the address on file has proved who asks.

Nobody learns from an answer or its timing whether an order or a complaint exists: asking does the same work
always, and the job that mails the code finds out whether anything matches.
"""

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock, jobs, policy
from disputes.cases import queries, timeline
from disputes.cases.fields import FieldError, clean_email, clean_text
from disputes.cases.references import normalise
from disputes.cases.schemas import CaseProgress, StepProgress
from disputes.cases.states import OPEN
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import Invalid, Refused, TooMany
from disputes.orders.service import normalise_number
from disputes.people import codes
from disputes.people.codes import CodeCheck
from disputes.people.tables import StatusRequest
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "cases")

SEND_CODE = "people.send_status_code"
LONGEST_LOOKUP = 64


class NotVerified(Refused):
    """The code has not been entered, or the proof has run out."""

    code = "not_verified"

    def __init__(self) -> None:
        super().__init__(say("new_code"))


def request_code(
    session: Session,
    lookup: str,
    email: str,
    *,
    ip_digest: str | None = None,
    conversation_id: UUID | None = None,
) -> UUID:
    """Asks for a code to the address on file, and returns the id to enter it with.

    `lookup` is an order number or a reference. Raises `Invalid` when either field cannot be what it should be, and
    `TooMany` after 5 requests in 15 minutes from one address of the network; both say nothing about any case.
    """
    wrong: dict[str, str] = {}
    try:
        email = clean_email(email)
    except FieldError as fault:
        wrong["email"] = str(fault)
    lookup = lookup_key(lookup)
    if not lookup:
        wrong["lookup"] = say("lookup")
    if wrong:
        raise Invalid(say("check"), wrong)
    if ip_digest is not None and codes.too_many_from(session, ip_digest):
        raise TooMany(say("often"))
    now = clock.now()
    request = StatusRequest(
        lookup=lookup,
        email=email,
        ip_digest=ip_digest,
        conversation_id=conversation_id,
        code_expires_at=now + codes.VALID_FOR,
        created_at=now,
    )
    session.add(request)
    session.flush()
    jobs.defer(session, SEND_CODE, lock=f"mailbox:{codes.digest_of_mailbox(email)}", request_id=str(request.id))
    return request.id


def verify_code(session: Session, request_id: UUID, code: str) -> CodeCheck:
    """Checks the typed code; `.ok` is the proof, `.result` says what was wrong.

    It returns instead of raising, because the count of tries must be committed also when the code is wrong.
    """
    return codes.check(session, request_id, code)


def progress_of(session: Session, request_id: UUID) -> list[CaseProgress]:
    """How the complaints of that person for that order or reference stand, newest first.

    Raises `NotVerified` before the code was entered and 30 minutes after. A case whose address has changed since
    is left out.
    """
    return progress_of_cases(session, proved_cases(session, request_id))


def proved_cases(session: Session, request_id: UUID) -> Sequence[Case]:
    """The complaints that the proof opens. Raises `NotVerified` as `progress_of` does."""
    found = queries.cases_of_proof(session, request_id, clock.now())
    if not found:
        request = session.get(StatusRequest, request_id)
        if request is None or request.verified_until is None or clock.now() >= request.verified_until:
            raise NotVerified
    return found


def progress_of_cases(session: Session, cases: Sequence[Case]) -> list[CaseProgress]:
    """The same for cases whose reader is known already: staff, or whoever filed them in this conversation."""
    events = queries.events_of(session, [case.id for case in cases])
    by_case = {case_id: list(lines) for case_id, lines in groupby(events, key=lambda event: event.case_id)}
    return [_progress(case, by_case.get(case.id, [])) for case in cases]


def lookup_key(text: str) -> str:
    """The reference or order number in what was typed, as it is stored; what is neither is kept to match nothing."""
    return normalise(text) or normalise_number(text) or clean_text(text)[:LONGEST_LOOKUP]


def mask_email(email: str) -> str:
    """ "m•••@example.com": enough to recognise one's own address."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}•••@{domain}"


def mask_phone(phone: str) -> str:
    """ "•••123": the last three digits."""
    return f"•••{phone[-3:]}"


def _progress(case: Case, events: list[CaseEvent]) -> CaseProgress:
    shop_policy = policy.current()
    stage = shop_policy.stages[case.state]
    next_date = case.next_date if case.state in OPEN else None
    return CaseProgress(
        reference=case.reference,
        stage=case.state,
        stage_label=stage.label,
        turn=stage.turn,
        whose_turn=shop_policy.turns[stage.turn],
        next_step=stage.next_step,
        next_date=next_date,
        overdue=next_date is not None and next_date < clock.now(),
        promised_end=case.expected_end,
        history=timeline.lines_for_customer(events, shop_policy),
        masked_contact=mask_email(case.customer.email)
        if case.customer.email
        else mask_phone(case.customer.phone or ""),
        order_number=case.order_number,
        category_label=shop_policy.category_label(case.category),
        filed_at=case.filed_at,
        steps=_steps(case.state, shop_policy),
    )


def _steps(state: str, shop_policy: policy.Policy) -> list[StepProgress]:
    now_at = next(number for number, step in enumerate(shop_policy.steps) if state in step.states)
    return [
        StepProgress(step.id, step.label, "done" if number < now_at else "now" if number == now_at else "later")
        for number, step in enumerate(shop_policy.steps)
    ]
