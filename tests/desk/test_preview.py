"""Every step that sends a letter shows this very letter first; when the case has moved on, nothing is sent."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
import time_machine

from disputes import clock, database
from disputes.cases import queries, service, states
from disputes.desk.preview import NEW, NOT_YET, Seen
from disputes.inbound import service as inbound
from disputes.inbound.tables import InboundMail
from disputes.notifications.tables import Notification
from tests.cases.factories import filed
from tests.desk.ways import ELSEWHERE, IDS, REASON, TO_CUSTOMER, WAYS, Desk, Way, asked, new, taken, way_of
from tests.inbound.mails import mail
from tests.serving import second_press

FILED = {
    "name": "Mia Hughes",
    "email": "mia.hughes@example.com",
    "order_number": "10023",
    "category": "late",
    "description": "It never came.",
    "key": "one",
    "who": "customer",
}


def test_every_row_of_the_table_that_staff_take_and_that_sends_a_letter_is_here() -> None:
    sending = {step.event for step in states.TRANSITIONS if step.letter and step.roles & states.CASE_WORKERS}
    assert sending - ELSEWHERE <= {way.kind for way in WAYS}


class TestEveryStep:
    @pytest.mark.parametrize("way", WAYS, ids=IDS)
    def test_shows_its_letter_and_then_sends_this_one(self, desk: Desk, way: Way) -> None:
        case = desk.case(way)
        before = desk.happened(case)
        shown = desk.press(way, case)
        assert shown.status_code == 200, shown.text[:2000]
        assert "Nothing has been sent yet" in shown.text
        assert TO_CUSTOMER in shown.text
        assert desk.happened(case) == before
        answer = desk.send(way, shown)
        assert answer.status_code == 303, unescape(answer.text)[:2000]
        assert way.kind in desk.happened(case)[len(before) :]
        written = desk.letters(case, after=len(before))
        assert written
        for letter in written:
            assert letter.subject in unescape(shown.text)
            assert words_of(letter) in without_times(unescape(shown.text))

    @pytest.mark.parametrize("way", WAYS, ids=IDS)
    def test_a_double_click_is_one_step(self, desk: Desk, way: Way) -> None:
        case = desk.case(way)
        shown = desk.press(way, case)
        first, second = desk.send(way, shown), desk.send(way, shown)
        assert (first.status_code, second.status_code) == (303, 303)
        assert desk.happened(case).count(way.kind) == 1

    @pytest.mark.parametrize("way", WAYS, ids=IDS)
    def test_nothing_goes_out_when_somebody_did_something_meanwhile(self, desk: Desk, way: Way) -> None:
        case = desk.case(way)
        shown = desk.press(way, case)
        desk.note(case)
        before = desk.happened(case)
        again = desk.send(way, shown)
        assert desk.happened(case) == before
        assert again.status_code == 200
        assert "The case has moved on since you read this" in again.text
        assert "Grace Okafor" in again.text
        assert desk.send(way, again).status_code == 303
        assert way.kind in desk.happened(case)[len(before) :]

    @pytest.mark.parametrize(
        "kind", ["taken", "extended", "escalated", "asked", "outcome_offered", "mediation_offered"]
    )
    def test_when_somebody_ended_it_meanwhile_it_says_who_and_that_nothing_was_sent(
        self, desk: Desk, kind: str
    ) -> None:
        way = way_of(kind)
        case = desk.case(way)
        shown = desk.press(way, case)
        with database.transaction() as session:
            service.override(session, queries.locked(session, case.id), desk.people["max"], "Sent twice.")
        before = desk.happened(case)
        answer = desk.send(way, shown)
        assert answer.status_code == 409
        assert "Max Frost" in answer.text
        assert "Nothing was sent." in answer.text
        assert desk.happened(case) == before


class TestMovedOn:
    def test_two_people_who_press_at_once_send_one_letter(self, desk: Desk) -> None:
        case = desk.case(way_of("escalated"))
        ways = [way_of("escalated"), replace(way_of("escalated"), by="grace")]
        shown = [desk.press(way, case) for way in ways]
        with ThreadPoolExecutor(2) as both:
            answers = list(both.map(desk.send, ways, shown))
        assert sorted(answer.status_code for answer in answers) == [303, 409]
        assert desk.happened(case).count("escalated") == 1

    def test_a_letter_with_another_date_is_shown_again(self, desk: Desk) -> None:
        way = way_of("asked")
        with time_machine.travel("2026-05-12T21:30:00Z", tick=False) as time:
            case = desk.case(way)
            shown = desk.press(way, case)
            time.shift(timedelta(hours=2))
            again = desk.send(way, shown)
        assert "not the one you saw" in again.text
        assert desk.happened(case)[-1] == "taken"

    def test_minutes_make_no_other_letter(self, desk: Desk) -> None:
        shown = desk.submit(WAYS[0], "/desk/cases/new", **FILED)
        with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
            assert desk.send(WAYS[0], shown).status_code == 303

    @pytest.mark.parametrize("made_up", ["", "1", ".x", "1.made-up", "-1.abc", "9" * 5000 + "." + "a" * 64])
    def test_a_made_up_mark_sends_nothing(self, desk: Desk, made_up: str) -> None:
        case = desk.case(WAYS[0])
        answer = desk.submit(WAYS[0], f"/desk/cases/{case.reference}/steps/take", seen=made_up, do="send")
        assert desk.happened(case) == ["filed"]
        assert answer.status_code == 200


class TestPage:
    def test_without_an_address_it_is_to_be_read_out(self, desk: Desk) -> None:
        way = Way(
            "taken", lambda shop: filed(shop.session, email=None, phone="+44 7700 900123"), "ann", "steps/take", {}
        )
        shown = desk.press(way, desk.case(way))
        assert "no e-mail address" in shown.text
        assert "Call the customer" in shown.text

    def test_says_how_the_case_stands_after_it(self, desk: Desk) -> None:
        shown = desk.press(WAYS[0], desk.case(WAYS[0]))
        assert "<strong>We look into it</strong>, with Ada Lindqvist; our first answer by" in shown.text

    def test_markup_stays_text(self, desk: Desk) -> None:
        way = Way("escalated", taken, "ann", "steps/escalate", {"reason": "<script>alert(1)</script> & more"})
        shown = desk.press(way, desk.case(way))
        assert "<script>alert" not in shown.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in shown.text

    def test_changing_it_leads_back_to_the_form_with_what_was_typed(self, desk: Desk) -> None:
        way = way_of("escalated")
        case = desk.case(way)
        fields = [*second_press(desk.press(way, case).text)[:-1], ("do", "change")]
        page = desk.visitors["ann"].post(f"/desk/cases/{case.reference}/steps/escalate", data=fields)
        assert page.status_code == 200
        assert f">{REASON}</textarea>" in unescape(page.text)
        assert 'id="step-escalate" open' in page.text
        assert desk.happened(case)[-1] == "taken"

    def test_a_step_without_a_letter_is_taken_at_once(self, desk: Desk) -> None:
        way = Way("information_added", taken, "ann", "steps/note", {"words": "It came on Monday."})
        case = desk.case(way)
        assert desk.press(way, case).status_code == 303
        assert desk.happened(case)[-1] == "information_added"

    def test_from_a_chat_it_leads_back_there(self, desk: Desk) -> None:
        chat = "0d9a6a6e-6a4e-4a8e-9a51-3f1d2f4b5c6d"
        way = Way("taken", new, "ann", "steps/take", {"chat": chat})
        shown = desk.press(way, desk.case(way))
        assert f'href="/desk/chats/{chat}"' in shown.text
        assert desk.send(way, shown).headers["location"] == f"/desk/chats/{chat}"

    def test_nobody_is_led_elsewhere(self, desk: Desk) -> None:
        way = Way("taken", new, "ann", "steps/take", {"chat": "https://evil.example/"})
        case = desk.case(way)
        assert desk.send(way, desk.press(way, case)).headers["location"] == f"/desk/cases/{case.reference}"


class TestGreyed:
    def test_what_is_not_possible_now_says_when_it_is(self, desk: Desk) -> None:
        case = desk.case(WAYS[0])
        page = unescape(desk.visitors["ann"].open(f"/desk/cases/{case.reference}"))
        assert "Not possible now" in page
        assert "Possible at: Customer has the final response, Settled, Closed." in page

    def test_what_only_customers_do_says_so(self, desk: Desk) -> None:
        case = desk.case(WAYS[0])
        page = unescape(desk.visitors["ann"].open(f"/desk/cases/{case.reference}"))
        assert "Withdraw the complaint" in page
        assert "Only the customer can: on their page" in page

    def test_sensitive_ones_are_marked_and_unmarked(self, desk: Desk) -> None:
        case = desk.case(WAYS[0])
        for step, marked in (("restrict", True), ("unrestrict", False)):
            assert desk.press(Way("", new, "ann", f"steps/{step}", {}), case).status_code == 303
            with database.transaction() as session:
                assert queries.locked(session, case.id).restricted is marked


class TestFiling:
    def test_the_acknowledgement_is_read_before_it_goes(self, desk: Desk) -> None:
        shown = desk.submit(WAYS[0], "/desk/cases/new", **FILED)
        assert NEW in shown.text
        assert TO_CUSTOMER in shown.text
        assert desk.cases() == []
        answer = desk.send(WAYS[0], shown)
        [case] = desk.cases()
        assert answer.headers["location"] == f"/desk/cases/{case.reference}"
        [letter] = desk.letters(case, after=0)
        assert words_of(letter).replace(case.reference, NEW) in without_times(unescape(shown.text))

    def test_a_double_click_files_one(self, desk: Desk) -> None:
        shown = desk.submit(WAYS[0], "/desk/cases/new", **FILED)
        answers = [desk.send(WAYS[0], shown) for _ in range(2)]
        [case] = desk.cases()
        assert [answer.headers["location"] for answer in answers] == [f"/desk/cases/{case.reference}"] * 2

    def test_changing_it_leads_back_to_the_form(self, desk: Desk) -> None:
        shown = desk.submit(WAYS[0], "/desk/cases/new", **FILED)
        fields = [*second_press(shown.text)[:-1], ("do", "change")]
        page = desk.visitors["ann"].post("/desk/cases/new", data=fields)
        assert "It never came.</textarea>" in page.text
        assert desk.cases() == []


class TestMail:
    def test_one_that_answers_a_question_shows_the_letter_that_says_so(self, desk: Desk) -> None:
        case = desk.case(Way("", asked, "ann", "", {}))
        with database.transaction() as session:
            inbound.receive(session, mail("It stood at the door.", sender="other@example.net"), via="imap")
            mail_id = session.query(InboundMail).one().id
        shown = desk.submit(WAYS[0], f"/desk/mails/{mail_id}/assign", reference=case.reference)
        assert "Nothing has been sent yet" in shown.text
        assert desk.happened(case)[-1] == "asked"
        assert desk.send(WAYS[0], shown).headers["location"] == f"/desk/cases/{case.reference}"
        assert desk.happened(case)[-1] == "answered"


def test_marks_are_read_as_they_are_written() -> None:
    seen = Seen(7, "0a" * 32)
    assert Seen.read(str(seen)) == seen


def words_of(letter: Notification) -> str:
    """The letter as it was shown: its seal was not known then."""
    assert letter.seal
    return without_times(letter.text.replace(letter.seal, NOT_YET))


def without_times(words: str) -> str:
    """A letter may be read at one minute and leave at the next."""
    return re.sub(r"\b\d{1,2}:\d{2}\b", "hh:mm", words)
