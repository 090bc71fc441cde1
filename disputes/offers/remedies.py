"""Remedies from the moment they are agreed until they are delivered: no case is closed before that."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import clocks, engine, promises, tasks
from disputes.cases import queries as case_queries
from disputes.cases.clocks import Timer
from disputes.cases.fields import note_needed
from disputes.cases.states import CASE_WORKERS, Actor, NotAllowed
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import Conflict, Invalid, NotFound
from disputes.offers import queries
from disputes.offers.schemas import CHECK_FORM, RemedyDraft, remedy_faults
from disputes.offers.tables import Remedy
from disputes.people.tables import Staff
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "offers")

DUE: Final = "remedy_due"
_WINDOW_RUNS: Final = ("resolved", "final_response")
_MAY_FAIL: Final = frozenset({"customer", "assistant", "staff"})


def remedies_of(session: Session, case: Case) -> list[Remedy]:
    """What was agreed to be given in a case, in the order in which it was agreed; not what was only offered."""
    return list(queries.remedies_agreed(session, case.id))


def draft_rows(
    drafts: Sequence[RemedyDraft], *, case: Case, source_id: UUID, offer_id: UUID | None = None
) -> list[Remedy]:
    """The rows of remedies that are offered; money is in the shop's currency."""
    currency = policy.current().shop.currency
    return [
        Remedy(
            case_id=case.id,
            offer_id=offer_id,
            source_id=source_id,
            number=number,
            kind=draft.kind,
            amount=draft.amount,
            currency=None if draft.amount is None else draft.currency or currency,
            conditions=draft.conditions,
            due_days=draft.due_days,
            state="offered",
        )
        for number, draft in enumerate(drafts, start=1)
    ]


def start(session: Session, case: Case, remedies: Sequence[Remedy], at: datetime) -> None:
    """Tracks remedies of a locked case that have just been agreed, `due_days` from `at` on.

    Whatever was agreed before and is still owed is replaced by them. Call `promise` with the event of the agreement.
    """
    for old in queries.remedies_owed(session, case.id):
        _settle(session, case, old, "replaced")
    calendar, now = policy.current().calendar, clock.now()
    for remedy in remedies:
        due = calendar.due_after_days(at, remedy.due_days)
        # an agreement by silence that we noticed late: the customer is not told a date that is over
        remedy.due_at = due if due > now else calendar.due_after_days(now, remedy.due_days)
        remedy.state, remedy.agreed_at = "open", now
        engine.set_timer(session, case, Timer(DUE, remedy.due_at, remedy.id))
    session.flush()
    _count(session, case)


def promise(session: Session, case: Case, event: CaseEvent, *, staff_id: UUID | None = None) -> None:
    """Notes that the letter of this event tells the date of each remedy owed, and gives staff the work.

    Told again with the same date it is no new promise. `staff_id`: who does it; else whoever has the case.
    """
    for remedy in queries.remedies_owed(session, case.id):
        if remedy.due_at is None:
            continue
        promises.tell(session, event, f"remedy:{remedy.id}", remedy.due_at)
        tasks.open_task(session, case, "deliver_remedy", due_at=remedy.due_at, subject_id=remedy.id, staff_id=staff_id)


def track(session: Session, case: Case, drafts: Sequence[RemedyDraft], source_id: UUID) -> list[Remedy]:
    """Tracks what a locked case was settled with outside an offer; `source_id` is the mediation.

    Call it before the step that settles the case, and `promise` with its event after. Raises `Invalid`, with fields
    named "remedies.0.amount", for what cannot be given.
    """
    wrong = remedy_faults(drafts, policy.current())
    if wrong:
        raise Invalid(CHECK_FORM, wrong)
    rows = draft_rows(drafts, case=case, source_id=source_id)
    session.add_all(rows)
    session.flush()
    start(session, case, rows, clock.now())
    return rows


def deliver(session: Session, case: Case, staff: Staff, remedy_id: UUID, proof: str) -> CaseEvent:
    """A member of staff notes that a remedy was delivered, and how that is proved; the customer is told.

    Once nothing is owed, the case may be closed: not sooner than the last call before it needs. Raises `NotFound`,
    `NotAllowed`, `Invalid` without a proof, and `Conflict` for what is delivered already or owed no longer.
    """
    _only_case_workers(staff)
    case = case_queries.locked(session, case.id)
    remedy = _remedy(session, case, remedy_id)
    _may_be_delivered(remedy)
    remedy.proof = note_needed(proof, "proof", "Please say how we know: a payment reference or a tracking number.")
    remedy.delivered_at, remedy.delivered_by_id = clock.now(), staff.id
    _settle(session, case, remedy, "delivered")
    _count(session, case)
    if not case.open_remedies:
        _let_it_close(session, case)
    return engine.note(
        session,
        case,
        "remedy_delivered",
        Actor("staff", staff.role, staff.id),
        notice="N8d",
        clause="C6",
        data={"remedy_id": str(remedy.id), "open_remedies": case.open_remedies},
    )


def remedy_failed(session: Session, case: Case, actor: Actor, remedy_id: UUID, words: str | None = None) -> CaseEvent:
    """The customer, or staff for us, says that a remedy did not come or did not work: staff must see to it.

    It is owed again, and the case stays open for it; a closed one may be reviewed. Staff must say why. Raises
    `NotFound`, `NotAllowed`, `Invalid`, and `Conflict` for what was never agreed, was replaced, or is known to have
    failed.
    """
    if actor.kind not in _MAY_FAIL or (actor.kind == "staff" and actor.role not in CASE_WORKERS):
        raise NotAllowed(say("customer_or_us"))
    case = case_queries.locked(session, case.id)
    remedy = _remedy(session, case, remedy_id)
    if remedy.state in ("offered", "replaced"):
        raise Conflict(say("not_agreed"))
    if remedy.state == "failed" and remedy.failed_at is not None:
        raise Conflict(say("known_since", day=policy.current().say_date(remedy.failed_at)))
    said = words or ""
    if actor.kind == "staff" or said.strip():
        said = note_needed(said, "words", say("what_went_wrong"))
    remedy.state, remedy.failed_at, remedy.failed_words = "failed", clock.now(), said or None
    session.flush()
    _count(session, case)
    if case.state in _WINDOW_RUNS:
        _keep_open(session, case, remedy)
    event = engine.note(
        session,
        case,
        "remedy_failed",
        actor,
        notice="none: staff see to it, and write when it is done",
        clause="C6",
        data={"remedy_id": str(remedy.id), "open_remedies": case.open_remedies},
        text=said or None,
    )
    tasks.open_task(session, case, "remedy_failed", due_at=remedy.due_at, subject_id=remedy.id, event=event)
    tasks.open_task(session, case, "deliver_remedy", due_at=remedy.due_at, subject_id=remedy.id)
    return event


def put_off(session: Session, case: Case, remedy_id: UUID | None, until: datetime) -> None:
    """The date of a remedy is over, and the customer is told this one instead (T24). For the sweep, which moves the
    timer and the promise."""
    remedy = queries.remedy_with_id(session, case.id, remedy_id) if remedy_id else None
    if remedy is not None and remedy.state in queries.OWED:
        remedy.due_at = until
        session.flush()


def none_on_its_way(session: Session, case: Case) -> None:
    """Raises `Conflict` while something that was agreed is still to be delivered: a final response cannot take back
    what a customer accepted. What failed is another matter: it decides anew about that."""
    if any(remedy.state == "open" for remedy in queries.remedies_owed(session, case.id)):
        raise Conflict(
            "Something that was agreed before is still to be delivered. Deliver it first, or note that it failed "
            "and give something else instead."
        )


def replace_failed(session: Session, case: Case) -> None:
    """A final response has decided anew about what failed: it is owed no longer."""
    for remedy in queries.remedies_owed(session, case.id):
        _settle(session, case, remedy, "replaced")
    _count(session, case)


def _settle(session: Session, case: Case, remedy: Remedy, state: str) -> None:
    remedy.state = state
    session.flush()
    if state == "delivered":
        promises.settle(session, case, f"remedy:{remedy.id}")
    else:
        promises.miss(session, case, f"remedy:{remedy.id}")
    engine.drop_timer(session, case, DUE, remedy.id)
    tasks.finish(session, case, "deliver_remedy", "remedy_failed", "remedy_overdue", subject_id=remedy.id)


def _count(session: Session, case: Case) -> None:
    case.open_remedies = len(queries.remedies_owed(session, case.id))
    session.flush()


def _let_it_close(session: Session, case: Case) -> None:
    tasks.finish(session, case, "remedy_overdue")
    if case.state not in _WINDOW_RUNS or case.window_ends is None:
        return
    earliest = policy.current().calendar.due_after_days(clock.now(), policy.current().clocks.last_call_days)
    if case.window_ends < earliest:
        case.window_ends, case.last_call_at = earliest, None
    engine.replan(session, case)


def _keep_open(session: Session, case: Case, remedy: Remedy) -> None:
    """No closing while it is owed, and a date by which it is put right."""
    if remedy.due_at is None or remedy.due_at < clock.now():
        remedy.due_at = clocks.remedy_overdue_until(clock.now(), policy.current(), now=clock.now())
    engine.set_timer(session, case, Timer(DUE, remedy.due_at, remedy.id))
    engine.replan(session, case)


def _remedy(session: Session, case: Case, remedy_id: UUID) -> Remedy:
    remedy = queries.remedy_with_id(session, case.id, remedy_id)
    if remedy is None:
        raise NotFound(say("no_such_remedy"))
    return remedy


def _may_be_delivered(remedy: Remedy) -> None:
    if remedy.state == "delivered" and remedy.delivered_at is not None:
        raise Conflict(f"This was noted as delivered on {policy.current().say_date(remedy.delivered_at)}.")
    if remedy.state == "offered":
        raise Conflict("The customer has not accepted this yet.")
    if remedy.state == "replaced":
        raise Conflict("Something else was agreed in its place.")


def _only_case_workers(staff: Staff) -> None:
    if staff.role not in CASE_WORKERS:
        raise NotAllowed("This is for agents and managers.")
