"""Every question that records ask."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from disputes.cases.tables import Case, CaseEvent, CasePromise, CaseView, PolicyVersion
from disputes.chat.tables import Conversation, LeftMessage, Message, Satisfaction, TurnReading
from disputes.inbound.tables import InboundMail
from disputes.notifications.tables import Notification
from disputes.people.tables import Customer, Staff, StatusRequest

BATCH = 500


def customers_like(
    session: Session, *, email: str | None = None, customer_id: UUID | None = None
) -> Sequence[Customer]:
    """Every row of a person: those with that address, or with the address (else the number) of that row."""
    wanted = []
    if email:
        wanted.append(Customer.email == email)
    known = session.get(Customer, customer_id) if customer_id else None
    if known is not None:
        wanted.append(Customer.id == known.id)
        if known.email:
            wanted.append(Customer.email == known.email)
        elif known.phone:
            wanted.append(and_(Customer.phone == known.phone, Customer.email.is_(None)))
    if not wanted:
        return []
    found = session.scalars(select(Customer).where(or_(*wanted))).all()
    return sorted(found, key=lambda customer: (customer.created_at, customer.id))


def rows_left_behind(session: Session, customers: Sequence[Customer]) -> Sequence[Customer]:
    """Rows without a complaint that bear the name of one of them: who changes their address leaves one behind.

    It may be somebody else of the same name, so that these are good for nothing but to be erased.
    """
    left = select(Customer).where(
        Customer.name.in_({customer.name for customer in customers}),
        Customer.erased_at.is_(None),
        ~exists().where(Case.customer_id == Customer.id),
    )
    return session.scalars(left).all()


def cases_of(session: Session, customers: Sequence[Customer]) -> Sequence[Case]:
    """Their complaints, oldest first, erased ones as well."""
    found = select(Case).where(Case.customer_id.in_([customer.id for customer in customers]))
    return session.scalars(found.options(joinedload(Case.customer)).order_by(Case.filed_at, Case.id)).all()


def customers_without_case(session: Session, before: datetime) -> Sequence[UUID]:
    """People who were written down before then and have no complaint: their way to be reached has changed since."""
    found = select(Customer.id).where(
        Customer.created_at < before, Customer.erased_at.is_(None), ~exists().where(Case.customer_id == Customer.id)
    )
    return session.scalars(found.order_by(Customer.created_at, Customer.id)).all()


def addresses_written_to(session: Session, case_ids: Sequence[UUID]) -> Sequence[str]:
    """Every address that letters about these cases went to, but those of staff."""
    found = select(Notification.recipient).where(
        Notification.case_id.in_(case_ids),
        Notification.recipient.is_not(None),
        Notification.recipient.not_in(select(Staff.email)),
    )
    return [address for address in session.scalars(found.distinct()) if address is not None]


def history(session: Session, case_id: UUID) -> Iterator[CaseEvent]:
    """The lines of a case with what was written in them and by whom, in order; read in portions."""
    found = (
        select(CaseEvent)
        .where(CaseEvent.case_id == case_id)
        .options(joinedload(CaseEvent.words), joinedload(CaseEvent.staff))
        .order_by(CaseEvent.seq)
        .execution_options(yield_per=BATCH)
    )
    yield from session.scalars(found)


def promises_of(session: Session, case_id: UUID) -> Sequence[CasePromise]:
    """What was promised in a case, oldest first."""
    found = select(CasePromise).where(CasePromise.case_id == case_id)
    return session.scalars(found.order_by(CasePromise.told_at, CasePromise.what, CasePromise.id)).all()


def views_of(session: Session, case_id: UUID) -> Sequence[CaseView]:
    """Who looked at a case, oldest first."""
    found = select(CaseView).where(CaseView.case_id == case_id)
    return session.scalars(found.order_by(CaseView.at, CaseView.id)).all()


def policy_text(session: Session, digest: str) -> str | None:
    """The policy of that digest, as it was used."""
    return session.scalar(select(PolicyVersion.text).where(PolicyVersion.digest == digest))


def letters_of(session: Session, case_id: UUID) -> Sequence[Notification]:
    """The letters to the customer of a case, oldest first."""
    found = select(Notification).where(Notification.case_id == case_id)
    return session.scalars(found.order_by(Notification.created_at, Notification.id)).all()


def sealed_letters(session: Session, case_id: UUID) -> Sequence[tuple[str | None, str]]:
    """The seal that was noted of each letter of a case, and its text, which is empty once erased."""
    found = select(Notification.seal, Notification.text).where(Notification.case_id == case_id)
    return [(row.seal, row.text) for row in session.execute(found)]


def conversations_of_case(session: Session, case: Case) -> Sequence[Conversation]:
    """The chats a case came from or was added to, oldest first."""
    named = CaseEvent.data["conversation_id"].astext
    added = select(named).where(CaseEvent.case_id == case.id, named.is_not(None))
    found = select(Conversation).where(
        or_(Conversation.id == case.conversation_id, cast(Conversation.id, Text).in_(added))
    )
    return session.scalars(found.order_by(Conversation.created_at, Conversation.id)).all()


def cases_of_conversation(session: Session, conversation_id: UUID) -> Sequence[Case]:
    """The complaints that a chat belongs to."""
    named = select(CaseEvent.case_id).where(CaseEvent.data["conversation_id"].astext == str(conversation_id))
    found = select(Case).where(or_(Case.conversation_id == conversation_id, Case.id.in_(named)))
    return session.scalars(found.order_by(Case.filed_at, Case.id)).all()


def messages_of(session: Session, conversation_id: UUID, *, notes: bool) -> Sequence[Message]:
    """What was said in a chat; what staff wrote for each other only with `notes`."""
    found = select(Message).where(Message.conversation_id == conversation_id)
    if not notes:
        found = found.where(Message.audience == "everyone")
    return session.scalars(found.order_by(Message.seq)).all()


def letters_of_chat(session: Session, conversation_id: UUID) -> Sequence[Notification]:
    """The mail that a chat has sent to its customer, oldest first."""
    found = select(Notification).where(Notification.conversation_id == conversation_id)
    return session.scalars(found.order_by(Notification.created_at, Notification.id)).all()


def mails_of_chat(session: Session, conversation_id: UUID) -> Sequence[InboundMail]:
    """The mail that came for a chat, oldest first."""
    found = select(InboundMail).where(InboundMail.conversation_id == conversation_id)
    return session.scalars(found.order_by(InboundMail.received_at, InboundMail.id)).all()


def addresses_of_chat(session: Session, conversation_id: UUID) -> set[str | None]:
    """Every address that a chat was to answer to, or has written to."""
    asked = select(Conversation.reply_email).where(Conversation.id == conversation_id)
    written = select(Notification.recipient).where(Notification.conversation_id == conversation_id)
    return {*session.scalars(asked), *session.scalars(written)}


def satisfactions_of(session: Session, conversation_id: UUID) -> Sequence[Satisfaction]:
    """Every time a customer was asked whether a chat has helped, oldest first."""
    found = select(Satisfaction).where(Satisfaction.conversation_id == conversation_id)
    return session.scalars(found.order_by(Satisfaction.asked_at, Satisfaction.id)).all()


def status_requests_of(session: Session, emails: Sequence[str]) -> Sequence[StatusRequest]:
    """Every time somebody asked with one of these addresses how a complaint stands."""
    found = select(StatusRequest).where(StatusRequest.email.in_(emails))
    return session.scalars(found.order_by(StatusRequest.created_at, StatusRequest.id)).all()


def status_requests_before(session: Session, moment: datetime) -> Sequence[StatusRequest]:
    """Those made before then, but not a proof in a chat that is still there: it says whose that chat is."""
    proof = and_(StatusRequest.verified_at.is_not(None), StatusRequest.conversation_id.in_(select(Conversation.id)))
    found = select(StatusRequest).where(StatusRequest.created_at < moment, ~func.coalesce(proof, False))
    return session.scalars(found.order_by(StatusRequest.created_at, StatusRequest.id)).all()


def case_ids(session: Session) -> Iterator[UUID]:
    """The ids of all cases, read in portions."""
    last: UUID | None = None
    while True:
        found = select(Case.id).order_by(Case.id).limit(BATCH)
        portion = session.scalars(found if last is None else found.where(Case.id > last)).all()
        yield from portion
        if len(portion) < BATCH:
            return
        last = portion[-1]


def holds_over(session: Session, now: datetime) -> Sequence[UUID]:
    """Cases whose hold has come to its end."""
    return session.scalars(select(Case.id).where(Case.hold_until <= now).order_by(Case.id)).all()


def ended_before(session: Session, moment: datetime) -> Sequence[UUID]:
    """Cases that ended before then and still hold something about a person."""
    found = select(Case.id).where(Case.ended_at < moment, Case.erased_at.is_(None))
    return session.scalars(found.order_by(Case.ended_at, Case.id)).all()


def contact_left_before(session: Session, moment: datetime) -> Sequence[UUID]:
    """The same for those whose contact details are still there."""
    found = select(Case.id).where(Case.ended_at < moment, Case.contact_erased_at.is_(None), Case.erased_at.is_(None))
    return session.scalars(found.order_by(Case.ended_at, Case.id)).all()


def asked_and_ended(session: Session) -> Sequence[UUID]:
    """Cases whose customer asked for erasure before they ended, with contact details still there."""
    found = select(Case.id).where(
        Case.erasure_asked_at.is_not(None), Case.ended_at.is_not(None), Case.contact_erased_at.is_(None)
    )
    return session.scalars(found.order_by(Case.ended_at, Case.id)).all()


def unfiled_before(session: Session, moment: datetime, *, with_draft: bool = False) -> Sequence[UUID]:
    """Chats without a complaint that nobody has written in since; `with_draft`: those with something understood.

    A message that was left and waits for an answer keeps the way to answer it.
    """
    filed = exists().where(Case.conversation_id == Conversation.id)
    added = exists().where(CaseEvent.data["conversation_id"].astext == cast(Conversation.id, Text))
    found = select(Conversation.id).where(Conversation.updated_at < moment, ~filed, ~added)
    if with_draft:
        found = found.where(
            ~_waits_for_an_answer(),
            or_(
                Conversation.facts != {},
                Conversation.handoff_summary.is_not(None),
                Conversation.reply_email.is_not(None),
            ),
        )
    return session.scalars(found.order_by(Conversation.updated_at, Conversation.id)).all()


def waits_for_an_answer(session: Session, conversation_id: UUID) -> bool:
    """True while a message that was left in this chat waits for a person."""
    found = exists().where(Conversation.id == conversation_id, _waits_for_an_answer())
    return bool(session.scalar(select(found)))


def status_requests_of_chat(session: Session, conversation_id: UUID) -> Sequence[StatusRequest]:
    """The proofs that were asked for in a chat."""
    return session.scalars(select(StatusRequest).where(StatusRequest.conversation_id == conversation_id)).all()


def ratings_of_chat(session: Session, conversation_id: UUID) -> Sequence[Satisfaction]:
    """What was said of a chat."""
    return session.scalars(select(Satisfaction).where(Satisfaction.conversation_id == conversation_id)).all()


def messages_of_chat(session: Session, conversation_id: UUID) -> Sequence[Message]:
    """Every row of a chat's thread."""
    return session.scalars(select(Message).where(Message.conversation_id == conversation_id)).all()


def readings_of_chat(session: Session, conversation_id: UUID) -> Sequence[TurnReading]:
    """What was understood in a chat."""
    return session.scalars(select(TurnReading).where(TurnReading.conversation_id == conversation_id)).all()


def letters_by_key(session: Session, keys: Sequence[str]) -> Sequence[Notification]:
    """The letters with these keys."""
    return session.scalars(select(Notification).where(Notification.dedupe_key.in_(keys))).all()


def letters_without_case(session: Session, emails: Sequence[str]) -> Sequence[Notification]:
    """Letters to these addresses that belong to no complaint; never those to staff."""
    found = select(Notification).where(
        Notification.case_id.is_(None),
        Notification.recipient.in_(emails),
        Notification.recipient.not_in(select(Staff.email)),
    )
    return session.scalars(found).all()


def mails_of_case(session: Session, case_id: UUID) -> Sequence[InboundMail]:
    """The mail that came for a case."""
    return session.scalars(select(InboundMail).where(InboundMail.case_id == case_id)).all()


def _waits_for_an_answer() -> ColumnElement[bool]:
    return exists().where(LeftMessage.conversation_id == Conversation.id, LeftMessage.ended_at.is_(None))
