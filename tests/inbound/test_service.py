"""Mail goes into its case, to a person, or nowhere; and does what it may in each state of the case."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
import time_machine
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import complainant
from disputes.cases import queries as cases
from disputes.cases import service as case_service
from disputes.cases.states import Actor
from disputes.cases.tables import Case, CaseEvent, CaseEventText, CaseTask
from disputes.errors import Conflict, NotFound, Refused
from disputes.inbound import effects, service
from disputes.inbound.service import Received, receive
from disputes.inbound.tables import InboundMail
from disputes.investigation import service as investigation
from disputes.notifications.tables import Notification
from disputes.people.tables import Staff
from tests.cases.factories import filed, staff
from tests.inbound.mails import MIA, SUPPORT, mail, report
from tests.offers.factories import offered

EVE = "eve@example.net"


def take_in(session: Session, raw: bytes) -> Received:
    return receive(session, raw, via="imap")


class TestMatching:
    def test_by_the_reference_in_the_subject(self, session: Session, case: Case, other: Case) -> None:
        got = take_in(session, mail(subject=f"Re: {case.reference.lower()}"))
        assert got == Received("filed", case.reference)

    def test_by_the_reference_in_the_text(self, session: Session, case: Case, other: Case) -> None:
        assert take_in(session, mail(f"About {case.reference}: it is here.")).case_reference == case.reference

    def test_by_the_letter_it_answers(self, session: Session, case: Case, other: Case) -> None:
        got = take_in(session, mail(answers=letter_about(session, case)))
        assert got == Received("filed", case.reference)

    def test_by_the_thread_that_all_letters_of_the_case_are_in(self, session: Session, case: Case, other: Case) -> None:
        got = take_in(session, mail(answers=f"<unknown@mail.example.com> <case.{case.id}@casened.com>"))
        assert got == Received("filed", case.reference)

    def test_by_the_only_open_complaint_of_the_address(self, session: Session, case: Case) -> None:
        assert take_in(session, mail()) == Received("filed", case.reference)

    def test_of_several_a_person_chooses(self, session: Session, case: Case, other: Case) -> None:
        assert take_in(session, mail()) == Received("to_read")
        (row,) = service.mails_to_read(session)
        assert row.why == "several_cases"
        assert open_tasks(session, row.case_id) >= {"mail_to_read"}

    def test_a_stranger_who_knows_the_reference_gets_nowhere(self, session: Session, case: Case) -> None:
        before = events(session, case)
        got = take_in(session, mail(sender=EVE, subject=case.reference, answers=letter_about(session, case)))
        assert got == Received("to_read")
        assert events(session, case) == before
        (row,) = service.mails_to_read(session)
        assert (row.why, row.case_id, row.sender) == ("other_address", case.id, EVE)
        assert "mail_to_read" in open_tasks(session, case.id)

    def test_a_sender_that_our_mail_server_disbelieves_gets_nowhere(self, session: Session, case: Case) -> None:
        results = "mx.casened.com; dmarc=fail header.from=example.com"
        assert take_in(session, mail(subject=case.reference, Authentication_Results=results)) == Received("to_read")
        assert take_in(session, mail(Authentication_Results=results)) == Received("unmatched")
        assert "information_added" not in events(session, case)

    def test_nothing_matches(self, session: Session, case: Case) -> None:
        assert take_in(session, mail(sender=EVE)) == Received("unmatched")
        (row,) = service.mails_to_read(session)
        assert (row.case_id, row.why) == (None, "no_case")

    def test_a_merged_complaint_leads_to_the_one_that_lives(self, session: Session, case: Case, other: Case) -> None:
        case_service.merge(session, other, staff(session), case.reference)
        got = take_in(session, mail(subject=other.reference))
        assert got == Received("filed", case.reference)


class TestOnce:
    def test_the_same_mail_again_does_nothing(self, session: Session, case: Case) -> None:
        raw = mail(message_id="<a@b.example>")
        take_in(session, raw)
        before = events(session, case)
        assert receive(session, raw, via="webhook") == Received("known")
        assert events(session, case) == before
        assert session.scalar(select(func.count()).select_from(InboundMail)) == 1

    def test_two_without_an_id_are_two(self, session: Session, case: Case) -> None:
        for text in ("one", "two"):
            assert take_in(session, f"From: {MIA}\r\n\r\n{text}".encode()).outcome == "filed"


class TestMachines:
    def test_are_dropped_and_no_word_is_kept(self, session: Session, case: Case) -> None:
        assert take_in(session, mail(subject=case.reference, Auto_Submitted="auto-replied")) == Received("dropped")
        row = session.scalars(select(InboundMail)).one()
        assert (row.sender, row.subject, row.text, row.original, row.raw) == (None,) * 5
        assert "information_added" not in events(session, case)
        assert service.mails_to_read(session) == []

    def test_our_own_letters_come_to_nothing(self, session: Session, case: Case) -> None:
        assert take_in(session, mail(sender=SUPPORT, subject=case.reference)) == Received("dropped")

    def test_a_report_makes_the_letter_a_failed_one(self, session: Session, case: Case) -> None:
        message_id = letter_about(session, case)
        assert take_in(session, report(message_id)) == Received("bounce")
        letter = session.scalars(select(Notification).where(Notification.message_id == message_id)).one()
        assert letter.state == "failed"
        assert "does not exist" in (letter.last_error or "")
        assert MIA not in (letter.last_error or "")
        assert "letter_failed" in open_tasks(session, case.id)

    def test_a_report_of_delay_changes_nothing(self, session: Session, case: Case) -> None:
        message_id = letter_about(session, case)
        assert take_in(session, report(message_id, action="delayed")) == Received("dropped")
        letter = session.scalars(select(Notification).where(Notification.message_id == message_id)).one()
        assert letter.state == "sent"


class TestEffects:
    def test_t07_an_answer_to_questions(self, session: Session, case: Case, ada: Staff) -> None:
        investigation.ask(session, case, ada, ["Was the box open when it came?"])
        take_in(session, mail("Yes, it was open.", subject=case.reference))
        case = cases.locked(session, case.id)
        assert case.state == "investigating"
        assert last_event(session, case).kind == "answered"
        given = session.scalars(select(investigation.Answer)).one()
        assert (given.text, given.channel) == ("Yes, it was open.", "mail")

    def test_while_it_is_looked_into(self, session: Session, case: Case, ada: Staff) -> None:
        take_in(session, mail("The seal was broken too."))
        event = last_event(session, case)
        assert (event.kind, event.notice) == ("information_added", "none: the customer has just said it")
        assert session.get_one(CaseEventText, event.id).text == "The seal was broken too."
        assert "The seal" not in str(event.data)
        assert "new_information" in open_tasks(session, case.id)

    @pytest.mark.parametrize("text", ["I accept your offer!", "I refuse.", "Please withdraw my complaint."])
    def test_nothing_is_decided_by_free_text(self, session: Session, case: Case, ada: Staff, text: str) -> None:
        before = case.state
        take_in(session, mail(text))
        assert cases.locked(session, case.id).state == before
        event = last_event(session, case)
        assert event.data["wish"] in ("accept", "refuse", "withdraw")
        assert "new_information" in open_tasks(session, case.id)

    @pytest.mark.parametrize(("text", "letters"), [("I accept your offer!", 1), ("I refuse.", 1), ("Thank you.", 0)])
    def test_who_writes_a_decision_gets_the_buttons_once_a_week(
        self, session: Session, text: str, letters: int
    ) -> None:
        case = offered(session, staff(session))
        with time_machine.travel(clock.now(), tick=False) as now:
            for shown in (letters, letters):
                take_in(session, mail(text, subject=case.reference))
                assert notices(session, case).count("N7r") == shown
            now.shift(timedelta(days=7, seconds=1))
            take_in(session, mail(text, subject=case.reference))
        assert notices(session, case).count("N7r") == 2 * letters
        assert cases.locked(session, case.id).state == "outcome_offered"

    def test_a_withdrawn_complaint_stays_withdrawn(self, session: Session, case: Case) -> None:
        complainant.withdraw(session, case, Actor("customer"))
        take_in(session, mail("Wait, I changed my mind.", subject=case.reference))
        assert cases.locked(session, case.id).state == "withdrawn"
        assert last_event(session, case).kind == "information_added"
        assert "new_information" in open_tasks(session, case.id)

    def test_after_the_end_one_answer_in_seven_days(self, session: Session, case: Case) -> None:
        case_service.override(session, case, staff(session, role="manager"), "Filed twice.")
        with time_machine.travel(clock.now(), tick=False) as now:
            notices = []
            for days in (0, 6.9, 0.2):
                now.shift(timedelta(days=days))
                take_in(session, mail("Thank you!", subject=case.reference))
                event = last_event(session, case)
                assert event.kind == "late_mail"
                notices.append(event.notice)
        assert notices == ["NL", effects.ANSWERED_LATELY, "NL"]
        assert cases.locked(session, case.id).state == "closed"
        assert "new_information" in open_tasks(session, case.id)

    def test_more_than_twenty_a_day_cause_no_letters(self, session: Session, case: Case, ada: Staff) -> None:
        for number in range(effects.MOST_A_DAY):
            take_in(session, mail(f"This is number {number}."))
        investigation.ask(session, case, ada, ["Was the box open when it came?"])
        take_in(session, mail("Yes."))
        assert cases.locked(session, case.id).state == "awaiting_customer"
        assert last_event(session, case).notice == effects.MANY
        with time_machine.travel(clock.now() + timedelta(days=1, seconds=1), tick=False):
            take_in(session, mail("Yes, again."))
        assert cases.locked(session, case.id).state == "investigating"

    def test_an_empty_mail_is_for_a_person(self, session: Session, case: Case) -> None:
        assert take_in(session, mail("")) == Received("to_read")
        assert "mail_to_read" in open_tasks(session, case.id)


class TestFiles:
    def test_are_evidence(self, session: Session, case: Case, ada: Staff) -> None:
        assert take_in(session, mail("Look.", files={"box.png": picture()})).outcome == "filed"
        (kept,) = investigation.evidence_of(session, case)
        assert kept.file_name == "box.png"
        assert service.mails_to_read(session) == []

    def test_refused_ones_are_named_to_staff(self, session: Session, case: Case, ada: Staff) -> None:
        raw = mail("Look.", files={"box.png": picture(), "virus.exe": b"MZ\x90"})
        assert take_in(session, raw).outcome == "filed"
        (row,) = service.mails_to_read(session)
        assert [file["name"] for file in row.refused] == ["virus.exe"]
        assert row.refused[0]["reason"]
        assert len(investigation.evidence_of(session, case)) == 1
        assert "mail_to_read" in open_tasks(session, case.id)
        service.dismiss_mail(session, row.id, ada)
        assert row.state == "filed"
        assert "mail_to_read" not in open_tasks(session, case.id)

    def test_alone_answer_a_question(self, session: Session, case: Case, ada: Staff) -> None:
        investigation.ask(session, case, ada, ["Can you send us a picture of the box?"])
        take_in(session, mail("", files={"box.png": picture()}))
        assert cases.locked(session, case.id).state == "investigating"


class TestByHand:
    def test_a_person_files_what_nothing_matched(self, session: Session, case: Case, ada: Staff) -> None:
        take_in(session, mail("It is me, from my other address.", sender=EVE, files={"box.png": picture()}))
        (row,) = service.mails_to_read(session)
        service.assign_mail(session, row.id, ada, case)
        assert (row.state, row.case_id, row.done_by_id, row.raw) == ("filed", case.id, ada.id, None)
        noted = session.get_one(CaseEvent, row.event_id)
        assert (noted.kind, noted.staff_id) == ("information_added", ada.id)
        assert len(investigation.evidence_of(session, case)) == 1
        assert service.mails_to_read(session) == []

    def test_a_late_one_is_filed_without_a_letter(self, session: Session, case: Case, ada: Staff) -> None:
        case_service.override(session, case, staff(session, role="manager"), "Filed twice.")
        take_in(session, mail("Hello?", sender=EVE))
        service.assign_mail(session, service.mails_to_read(session)[0].id, ada, case)
        assert last_event(session, case).notice == effects.BY_HAND

    def test_the_task_of_the_case_it_seemed_to_belong_to_is_done(
        self, session: Session, case: Case, other: Case, ada: Staff
    ) -> None:
        take_in(session, mail())
        (row,) = service.mails_to_read(session)
        seemed = row.case_id
        service.assign_mail(session, row.id, ada, case)
        assert "mail_to_read" not in open_tasks(session, seemed)

    def test_only_once(self, session: Session, case: Case, ada: Staff) -> None:
        take_in(session, mail(sender=EVE))
        (row,) = service.mails_to_read(session)
        service.dismiss_mail(session, row.id, ada)
        assert row.state == "dismissed"
        with pytest.raises(Conflict):
            service.assign_mail(session, row.id, ada, case)
        with pytest.raises(Conflict):
            service.dismiss_mail(session, row.id, ada)

    def test_not_by_a_neutral_and_not_what_is_not_there(self, session: Session, case: Case, ada: Staff) -> None:
        take_in(session, mail(sender=EVE))
        (row,) = service.mails_to_read(session)
        with pytest.raises(Refused):
            service.assign_mail(session, row.id, staff(session, role="mediator"), case)
        with pytest.raises(NotFound):
            service.dismiss_mail(session, uuid4(), ada)


class TestKeeping:
    def test_an_export_has_the_persons_mail_and_nobody_elses(self, session: Session, case: Case) -> None:
        take_in(session, mail("Mine."))
        take_in(session, mail("Not mine.", sender=EVE, subject=case.reference))
        assert [found["text"] for found in service.export_of(session, case)] == ["Mine."]

    def test_erasing_leaves_no_word(self, session: Session, case: Case) -> None:
        take_in(session, mail("Secret words."))
        take_in(session, mail("Secret words.", sender=EVE, subject=case.reference))
        take_in(session, mail("Secret words.", Authentication_Results="mx; dmarc=fail"))
        assert service.erase(session, case) == 3
        for row in session.scalars(select(InboundMail).execution_options(populate_existing=True)):
            assert (row.sender, row.subject, row.text, row.original, row.raw) == (None,) * 5
            assert row.erased_at is not None
        assert service.mails_to_read(session) == []

    def test_unmatched_mail_is_forgotten_after_a_while(self, session: Session, case: Case) -> None:
        take_in(session, mail(sender=EVE))
        take_in(session, mail())
        assert service.forget_old(session) == 0
        with time_machine.travel(clock.now() + timedelta(days=400), tick=False):
            assert service.forget_old(session) == 1
        assert session.scalars(select(InboundMail.state)).all() == ["filed"]


def letter_about(session: Session, case: Case) -> str:
    """The message id of a letter about a case, sent."""
    message_id = f"<{uuid4()}@casened.com>"
    now = clock.now()
    letter = Notification(
        dedupe_key=message_id,
        kind="N1",
        case_id=case.id,
        recipient=MIA,
        subject="We have your complaint",
        text="Dear Mia",
        html="<p>Dear Mia</p>",
        state="sent",
        message_id=message_id,
        created_at=now,
        sent_at=now,
    )
    session.add(letter)
    session.flush()
    return message_id


def events(session: Session, case: Case) -> list[str]:
    found = select(CaseEvent.kind).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)
    return list(session.scalars(found))


def notices(session: Session, case: Case) -> list[str | None]:
    return list(session.scalars(select(CaseEvent.notice).where(CaseEvent.case_id == case.id)))


def last_event(session: Session, case: Case) -> CaseEvent:
    found = select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq.desc()).limit(1)
    return session.scalars(found).one()


def open_tasks(session: Session, case_id: object) -> set[str]:
    return set(session.scalars(select(CaseTask.kind).where(CaseTask.case_id == case_id, CaseTask.done_at.is_(None))))


def picture() -> bytes:
    drawn = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(drawn, "PNG")
    return drawn.getvalue()


@pytest.fixture
def case(session: Session) -> Case:
    """Mia's complaint."""
    return filed(session)


@pytest.fixture
def other(session: Session) -> Case:
    """Another complaint of hers."""
    return filed(session, description="The second parcel is late as well.")


@pytest.fixture
def ada(session: Session, case: Case) -> Staff:
    """The agent who looks into Mia's complaint."""
    person = staff(session)
    case_service.take(session, case, person)
    return person
