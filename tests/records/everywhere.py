"""One person seeded in every place that the program keeps anything in, and a search of all of them."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from disputes import database, policy
from disputes.cases import complainant, engine, filing, progress, queries
from disputes.cases import service as cases
from disputes.cases.tables import Case, CaseEvent
from disputes.chat import files as chat_files
from disputes.chat import handoff, handover_card, mail_in, satisfaction, transcript, turns
from disputes.chat import service as chat
from disputes.chat.schemas import Part, Turn
from disputes.chat.tables import Conversation, TurnReading
from disputes.files import store
from disputes.files.contents import Checked
from disputes.inbound import service as inbound
from disputes.inbound.tables import InboundMail
from disputes.investigation import service as investigation
from disputes.mediation import service as mediation
from disputes.notifications import proofs, tasks
from disputes.notifications import service as letters
from disputes.notifications.mail import compose
from disputes.notifications.senders import sender
from disputes.notifications.service import Draft
from disputes.notifications.tables import Notification
from disputes.offers import service as offers
from disputes.offers.schemas import RemedyDraft
from disputes.people.tables import Staff
from tests.cases import factories
from tests.chat.factories import somebody_here
from tests.files.factories import pdf
from tests.inbound.mails import mail
from tests.mediation.factories import CUSTOMER, acting, neutral
from tests.offers.factories import REFUND, draft, examine, final_draft
from tests.records.conftest import png, prove

NAME = "Zebedee Quillfeather"
EMAIL = "zebedee@quillfeather.example"
OLD_EMAIL = "zq1971@oldbox.example"
CHAT_EMAIL = "zebedee.chats@quillfeather.example"
PHONE = "+447700900987"
ORDER = "90817263"
RARE = "flugelbinder"
IDENTIFIERS = ("Zebedee", "Quillfeather", "zq1971", "7700900987", ORDER, RARE)
WORDS = f"I am {NAME}, {EMAIL}, {PHONE}; order {ORDER}; it is about the {RARE}."


def seed_everywhere(session: Session) -> list[Case]:
    """Complaints of one person, one for each way that a complaint can go, all over; chats, mails, proofs."""
    agent = factories.staff(session, name="Nora Lindqvist")
    manager = factories.staff(session, role="manager", name="Grace Okafor")
    amara = neutral(session)
    conversation = _chat(session)
    first = _file(session, conversation_id=conversation.id, email=OLD_EMAIL, phone=None)
    first = cases.take(session, first, agent)
    complainant.change_contact(session, first, CUSTOMER, email=EMAIL, phone=PHONE)
    complainant.add_information(session, first, WORDS, actor=CUSTOMER, key="added")
    _proof(session, conversation)
    _investigate(session, first, agent)
    _offer(session, first, agent)
    _mails(session, first)
    second = cases.take(session, _file(session, email=EMAIL, phone=PHONE, category="refund"), agent)
    _mediate(session, second, agent, amara)
    third = cases.take(session, _file(session, email=EMAIL, phone=PHONE, category="late"), agent)
    _review(session, third, agent, manager)
    fourth = _file(session, email=EMAIL, phone=PHONE, category="damaged")
    _redirect(session, fourth, agent, manager)
    fifth = _file(session, email=EMAIL, phone=PHONE, category="charge")
    complainant.withdraw(session, fifth, CUSTOMER)
    prove(session, _chat(session).id, EMAIL, ORDER)
    for case in (first, second, third):
        cases.override(session, queries.locked(session, case.id), manager, f"As {NAME} wished: {RARE}.")
    return [queries.locked(session, case.id) for case in (first, second, third, fourth, fifth)]


def send_letters() -> None:
    """Every letter that the events ask for is written, and sent into the folder, as the worker would."""
    for event_id in database.run(lambda session: session.scalars(select(CaseEvent.id)).all()):
        tasks.tell(str(event_id))
    pending = select(Notification.id).where(Notification.state == "pending")
    for notification_id in database.run(lambda session: session.scalars(pending).all()):
        tasks.deliver(str(notification_id))


def seed_tracker(url: str, conversation_ids: list[UUID]) -> None:
    """A table like the one Rasa makes, with what it would hold of these chats and of another one."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("""
            CREATE TABLE events (id serial PRIMARY KEY, sender_id varchar(255) NOT NULL, type_name varchar(255),
                timestamp double precision, intent_name varchar(255), action_name varchar(255), data text)
        """)
        for conversation_id in conversation_ids:
            for sender in (str(conversation_id), f"{conversation_id}:1", f"{conversation_id}:12"):
                data = json.dumps({"event": "slot", "name": "complainant_name", "value": WORDS})
                connection.execute("INSERT INTO events (sender_id, data) VALUES (%s, %s)", [sender, data])
        connection.execute("INSERT INTO events (sender_id, data) VALUES ('somebody else:1', '{}')")


def found_in_database(connection: psycopg.Connection[Any], identifiers: tuple[str, ...]) -> list[str]:
    """Every column of every table, in whichever schema, that holds one of them, with what it holds."""
    found = []
    for schema, table, column in _columns(connection):
        query = sql.SQL("SELECT {column}::text FROM {table}").format(
            column=sql.Identifier(column), table=sql.Identifier(schema, table)
        )
        for (value,) in connection.execute(query):
            words = _decoded(value).lower()
            hits = [identifier for identifier in identifiers if identifier.lower() in words]
            found += [f"{schema}.{table}.{column}: {hit} in {words[:200]}" for hit in hits]
    return found


def found_in_files(folder: Path, identifiers: tuple[str, ...]) -> list[str]:
    """Every file below the folder that holds one of them, or is called so."""
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = file.read_bytes().lower() + str(file).lower().encode()
        found += [f"{file}: {hit}" for hit in identifiers if hit.lower().encode() in content]
    return found


def _columns(connection: psycopg.Connection[Any]) -> list[tuple[str, str, str]]:
    return connection.execute("""
        SELECT c.table_schema, c.table_name, c.column_name
        FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema NOT IN ('pg_catalog', 'information_schema') AND t.table_type = 'BASE TABLE'
    """).fetchall()


def _decoded(value: str | None) -> str:
    """Bytes are searched as what they say, not as hexadecimal digits."""
    if value is not None and value.startswith("\\x"):
        return bytes.fromhex(value[2:]).decode(errors="replace")
    return value or ""


def _chat(session: Session) -> Conversation:
    conversation, _ = chat.open_conversation(session, None, page="/", locale="en")
    received = chat.receive(session, conversation.id, WORDS, client_id="c1")
    assert received is not None
    turn = turns.begin(session, received.id)
    assert isinstance(turn, Turn)
    card = {"title": NAME, "rows": [{"label": "E-mail", "value": EMAIL, "edit": f'/change{{"v": "{RARE}"}}'}]}
    replies = [{"title": NAME, "payload": f'/inform{{"name": "{NAME}"}}'}]
    understood = {"intent": "nlu_fallback", "confidence": 0.2, "others": [], "form": None}
    turns.store_reply(session, turn, [Part(f"Thank you, {NAME}.", replies, None, card)])
    turns.note_reading(session, turn, [Part(reading=understood)])
    reading = session.get_one(TurnReading, received.id)
    reading.state, reading.chosen, reading.example = "taught", "ask_status", WORDS
    store.store_of("chat-files").put(name := store.new_name(), content := pdf(WORDS.encode()))
    kept = Checked("pdf", content, f"{RARE} of {NAME}.pdf")
    chat_files.keep(session, conversation.id, kept, name, client_id="c2")
    facts = {"complainant_name": NAME, "complainant_email": EMAIL, "order_number": ORDER, "description": WORDS}
    chat.remember_facts(session, conversation.id, dict(facts))
    somebody_here(session)
    handoff.request_person(session, _locked(session, conversation), "asked", WORDS)
    handover_card.correct(session, conversation.id, "description", f"Again: {WORDS}", client_id="c3")
    _reach(session, conversation)
    return conversation


def _reach(session: Session, conversation: Conversation) -> None:
    """A copy by mail to an address that is known from nowhere else, an answer to it, and what they said of the chat."""
    transcript.send(session, conversation.id, CHAT_EMAIL)
    satisfaction.ask(session, _locked(session, conversation))
    satisfaction.rate(session, conversation.id, conversation.epoch, 1, WORDS)
    copy = select(Notification.message_id).where(Notification.conversation_id == conversation.id)
    answer = mail(WORDS, sender=f"{NAME} <{CHAT_EMAIL}>", subject=RARE, answers=session.scalars(copy).one())
    inbound.receive(session, answer, via="imap")
    came = session.scalars(select(InboundMail).where(InboundMail.conversation_id == conversation.id)).one()
    mail_in.land(session, came.id)
    mail_in.finish(session, came.id, [{"name": f"{RARE}.exe", "reason": "of no use"}])


def _locked(session: Session, conversation: Conversation) -> Conversation:
    return session.scalars(select(Conversation).where(Conversation.id == conversation.id).with_for_update()).one()


def _file(session: Session, **changes: Any) -> Case:
    given = {"name": NAME, "order_number": ORDER, "description": WORDS, "desired_outcome": WORDS}
    given |= {"informal_outcome": WORDS, "source": "chat" if "conversation_id" in changes else "form"}
    complaint = filing.read_complaint(factories.DEFAULTS | given | changes)
    key = f"api:{EMAIL}:{changes.get('category', 'lost')}"
    return queries.locked(session, filing.file_complaint(session, complaint, filing_key=key).id)


def _proof(session: Session, conversation: Conversation) -> None:
    for conversation_id in (None, conversation.id):
        if conversation_id:
            chat.request_status_code(session, conversation_id, ORDER, EMAIL)
        else:
            progress.request_code(session, ORDER, EMAIL, ip_digest="digest")
    for request_id in session.scalars(text("SELECT id FROM status_requests")).all():
        _send(proofs.draft_status_code(session, request_id), session)


def _investigate(session: Session, case: Case, agent: Staff) -> None:
    investigation.ask(session, case, agent, [f"Is it the {RARE}, {NAME}?"])
    investigation.answer(session, case, CUSTOMER, WORDS, key=f"mail:{EMAIL}", channel="page")
    investigation.add_evidence(session, case, CUSTOMER, f"{NAME}.png", png(note=WORDS))
    investigation.add_evidence(session, case, CUSTOMER, f"{RARE}.pdf", pdf(WORDS.encode()))
    investigation.add_point(session, case, agent, f"Whether the {RARE} was whole")
    engine.note(session, case, "staff_warning", acting(agent), notice="none: x", text=WORDS, reason=WORDS)
    examine(session, case, agent)
    for point in investigation.plan(session, case):
        investigation.record_finding(session, case, agent, point.id, WORDS, "confirmed")
    investigation.log_view(session, case.id, agent, "case")


def _offer(session: Session, case: Case, agent: Staff) -> None:
    voucher = RemedyDraft(kind="other", conditions=f"For {NAME}, {RARE}", due_days=5)
    given = draft(findings=WORDS, reasons=WORDS, remedies=[voucher])
    offers.make_offer(session, case, agent, given)
    offer = offers.current_offer(session, case)
    assert offer is not None
    offers.counter(session, case, CUSTOMER, offer.id, WORDS)
    why = {point.id: WORDS for point in investigation.plan(session, case)}
    better = draft(findings=WORDS, reasons=WORDS, point_reasons=why, remedies=[voucher, REFUND])
    offers.better(session, case, agent, better)
    offer = offers.current_offer(session, case)
    assert offer is not None
    offers.accept(session, case, CUSTOMER, offer.id)
    first, second = offers.remedies_of(session, case)
    offers.remedy_failed(session, case, CUSTOMER, first.id, WORDS)
    for remedy in (first, second):
        offers.deliver(session, case, agent, remedy.id, f"Handed to {NAME}")


def _mediate(session: Session, case: Case, agent: Staff, amara: Staff) -> None:
    mediation.request(session, case, CUSTOMER, WORDS)
    found = mediation.propose(session, case, acting(agent), reason=WORDS)
    for party, actor in (("customer", CUSTOMER), ("shop", acting(agent))):
        side: Any = party
        mediation.consent(session, case, side, actor, True, mediation.words_for(session, case, side))
    mediation.declare(session, found.id, amara, free=True)
    mediation.write_note(session, found.id, amara, WORDS)
    mediation.write_to_party(session, found.id, amara, "customer", WORDS)
    mediation.share(session, case, CUSTOMER, text=WORDS)
    mediation.stop(session, case, CUSTOMER, WORDS)


def _review(session: Session, case: Case, agent: Staff, manager: Staff) -> None:
    investigation.add_evidence(session, case, acting(agent), f"Photo of {NAME}.png", png("red"), staff=agent)
    calendar = policy.current().calendar
    new_date = calendar.this_or_next_business_day(calendar.day_of(case.first_answer_by) + timedelta(days=3))
    cases.extend(session, case, manager, new_date, WORDS)
    examine(session, case, agent)
    cases.escalate(session, case, agent, WORDS)
    cases.take_review(session, case, manager)
    why = {point.id: WORDS for point in investigation.plan(session, case)}
    final = final_draft(findings=WORDS, reasons=WORDS, takes_part=WORDS, time_limits=WORDS, point_reasons=why)
    offers.final_response(session, case, manager, final)
    offer = offers.current_offer(session, case)
    assert offer is not None
    offers.refuse(session, case, CUSTOMER, offer.id, WORDS)
    complainant.ask_review(session, case, CUSTOMER, WORDS, reason="new_fact")


def _redirect(session: Session, case: Case, agent: Staff, manager: Staff) -> None:
    cases.propose_redirect(session, case, agent, WORDS, "NordicHome")
    cases.confirm_redirect(session, case, manager)


def _mails(session: Session, case: Case) -> None:
    whose = f"{NAME} <{EMAIL}>"
    inbound.receive(session, mail(WORDS, sender=whose, subject=f"{case.reference} {RARE}"), via="imap")
    inbound.receive(session, mail(WORDS, sender=whose, subject=RARE, files={f"{RARE}.png": png()}), via="imap")


def _send(draft: Draft | None, session: Session) -> None:
    if draft is not None:
        sender().send(compose(draft.letter, draft.envelope))
        letters.note_sent(session, draft.notification_id)
