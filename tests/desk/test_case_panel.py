"""Beside a chat: every act of a case opens in the panel, shows its letter there, and says how the case stands then."""

import json
from html import unescape
from uuid import UUID, uuid4

import pytest
import requests

from disputes import database
from disputes.cases import queries, service
from disputes.cases.tables import Case
from disputes.chat import service as chats
from disputes.desk import case_panel, case_steps
from disputes.desk.preview import NEW
from disputes.investigation import service as investigation
from tests.desk.ways import IDS, TO_CUSTOMER, WAYS, Desk, Way, taken, way_of
from tests.serving import add_staff, second_press

PART = {"HX-Request": "true"}
FACTS = {
    "complainant_name": "Mia Hughes",
    "contact_email": TO_CUSTOMER,
    "order_number": "10023",
    "category": "lost",
    "description": "It never came.",
}


def test_every_step_of_the_desk_has_a_place_in_the_panel() -> None:
    assert {act_of(way) for way in WAYS} <= set(case_panel.ACTS) | set(case_steps.STEPS)


class TestEveryAct:
    @pytest.mark.parametrize("way", WAYS, ids=IDS)
    def test_is_filled_in_read_and_sent_in_place(self, desk: Desk, way: Way) -> None:
        chat, case = begun(), desk.case(way)
        act, visitor = act_of(way), desk.visitors[way.by]
        before = desk.happened(case)
        form = visitor.get(door(case, act, chat), headers=PART)
        assert form.status_code == 200, form.text[:500]
        assert "<html" not in form.text
        assert f'action="/desk/cases/{case.reference}/' in form.text
        shown = desk.press(way, case, PART, chat=str(chat), act=act)
        assert shown.status_code == 200, shown.text[:2000]
        assert "<html" not in shown.text
        assert "Nothing has been sent yet" in shown.text
        assert desk.happened(case) == before
        answer = visitor.post(path_of(shown), data=second_press(shown.text), headers=PART)
        assert answer.status_code == 204, unescape(answer.text)[:2000]
        assert way.kind in desk.happened(case)[len(before) :]
        heard = json.loads(answer.headers["hx-trigger"])["disputes-done"]
        assert heard["reference"] == case.reference
        assert "The letter is on its way." in heard["said"]


def test_what_is_done_several_times_stays_open(desk: Desk) -> None:
    case, chat = desk.case(way_of("asked")), begun()
    with database.transaction() as session:
        point = investigation.plan(session, case)[0].id
    way = Way("", taken, "ann", f"points/{point}/findings", {"finding": "It was left outside.", "result": "confirmed"})
    answer = desk.press(way, case, PART, chat=str(chat), act="points")
    assert answer.status_code == 200
    assert "It was left outside." in answer.text
    assert json.loads(answer.headers["hx-trigger"])["disputes-done"]["stays"]


class TestOffered:
    def test_what_leads_on_is_first_and_what_ends_it_last(self, desk: Desk) -> None:
        case = desk.case(way_of("taken"))
        with database.transaction() as session:
            acts = case_panel.acts_of(session, [queries.locked(session, case.id)], desk.people["grace"])[case.id]
        names = [act.name for act in acts]
        assert (names[0], names[-1]) == ("take", "override")
        assert [act.name for act in acts if act.main] == ["take"]

    def test_managers_have_more_than_agents_and_administrators_nothing(self, desk: Desk) -> None:
        case = desk.case(way_of("asked"))
        nobody = add_staff("root@casened.com", "Root", "admin")
        with database.transaction() as session:
            of = {
                staff.role: {act.name for act in case_panel.acts_of(session, [case], staff)[case.id]}
                for staff in (desk.people["ann"], desk.people["grace"], nobody)
            }
        assert "extend" in of["manager"] - of["agent"]
        assert "questions" in of["agent"] - of["manager"]
        assert of["admin"] == set()

    @pytest.mark.parametrize("way", WAYS, ids=IDS)
    def test_each_leads_to_its_form_from_the_chat_of_its_complaint(self, desk: Desk, way: Way) -> None:
        chat, case = begun(), desk.case(way)
        with database.transaction() as session:
            queries.locked(session, case.id).conversation_id = chat
        page = unescape(desk.visitors[way.by].open(f"/desk/chats/{chat}/context"))
        assert f'hx-get="{door(case, act_of(way), chat)}"' in page

    def test_a_complaint_that_is_not_proven_theirs_offers_nothing(self, desk: Desk) -> None:
        chat = begun(contact_email=TO_CUSTOMER)
        case = desk.case(way_of("taken"))
        page = desk.visitors["ann"].open(f"/desk/chats/{chat}/context")
        assert case.reference in page
        assert "not proven here" in page
        assert f"/desk/cases/{case.reference}/acts/" not in page
        assert "step=take" not in page


class TestRefused:
    def test_somebody_who_was_faster_is_named_in_place(self, desk: Desk) -> None:
        way = way_of("taken")
        chat, case = begun(), desk.case(way)
        shown = desk.press(way, case, PART, chat=str(chat), act="take")
        with database.transaction() as session:
            service.take(session, queries.locked(session, case.id), desk.people["bo"])
        answer = desk.visitors["ann"].post(path_of(shown), data=second_press(shown.text), headers=PART)
        assert answer.status_code == 409
        assert "<html" not in answer.text
        assert "Bo Ek" in answer.text
        assert "Nothing was sent." in answer.text
        assert "We look into it" in answer.text

    def test_what_is_missing_is_said_with_what_was_typed(self, desk: Desk) -> None:
        case, chat = desk.case(way_of("asked")), begun()
        long = "x" * 401
        way = Way("asked", taken, "ann", "questions", {"question": long})
        answer = desk.press(way, case, PART, chat=str(chat), act="questions")
        assert answer.status_code == 409
        assert 'role="alert"' in answer.text
        assert long in answer.text

    def test_an_act_that_is_not_open_any_more_says_so(self, desk: Desk) -> None:
        case, chat = desk.case(way_of("asked")), begun()
        for act in ("take", "replies", "answer"):
            answer = desk.visitors["ann"].get(door(case, act, chat), headers=PART)
            assert answer.status_code in (200, 409), act
            assert "<form" not in answer.text, act
        assert "not open to you at the stage" in desk.visitors["ann"].get(door(case, "take", chat), headers=PART).text

    def test_an_answer_whose_case_has_moved_on_says_so_in_place(self, desk: Desk) -> None:
        way = way_of("outcome_offered")
        chat, case = begun(), desk.case(way)
        shown = desk.press(way, case, PART, chat=str(chat), act="answer")
        with database.transaction() as session:
            service.override(session, queries.locked(session, case.id), desk.people["max"], "Sent twice.")
        answer = desk.visitors["ann"].post(path_of(shown), data=second_press(shown.text), headers=PART)
        assert answer.status_code == 409
        assert "Max Frost" in answer.text
        assert "<html" not in answer.text

    def test_a_made_up_act_is_not_there(self, desk: Desk) -> None:
        case = desk.case(way_of("taken"))
        assert desk.visitors["ann"].get(door(case, "made-up", begun()), headers=PART).status_code == 404


def test_what_others_do_meanwhile_is_told_with_a_way_to_begin_again(desk: Desk) -> None:
    case, chat = desk.case(way_of("taken")), begun()
    desk.note(case)
    path = f"/desk/cases/{case.reference}/news?since=1&chat={chat}&act=take"
    part = unescape(desk.visitors["ann"].open(path))
    assert "Grace Okafor" in part
    assert door(case, "take", chat) in part


def test_without_scripts_an_act_is_the_page_of_the_case(desk: Desk) -> None:
    case, chat = desk.case(way_of("taken")), begun()
    answer = desk.visitors["ann"].get(door(case, "take", chat))
    assert answer.headers["location"] == f"/desk/cases/{case.reference}?chat={chat}"


class TestFiling:
    def test_starts_from_the_hand_over_card_and_shows_the_acknowledgement(self, desk: Desk) -> None:
        chat = begun(**FACTS)
        ann = desk.visitors["ann"]
        form = unescape(ann.get(f"/desk/cases/new?chat={chat}", headers=PART).text)
        assert "<html" not in form
        for words in ('value="Mia Hughes"', f'value="{TO_CUSTOMER}"', 'value="10023"', "It never came.</textarea>"):
            assert words in form
        shown = self.send(desk, chat)
        assert NEW in shown.text
        assert desk.cases() == []
        answer = ann.post("/desk/cases/new", data=second_press(shown.text), headers=PART)
        assert answer.status_code == 204
        [case] = desk.cases()
        assert (case.conversation_id, case.source) == (chat, "staff")
        assert case.reference in answer.headers["hx-trigger"]
        assert "From this chat" in ann.open(f"/desk/chats/{chat}/context")

    def test_a_double_click_files_one(self, desk: Desk) -> None:
        chat = begun(**FACTS)
        shown = self.send(desk, chat)
        for _ in range(2):
            assert desk.visitors["ann"].post("/desk/cases/new", data=second_press(shown.text), headers=PART).ok
        assert len(desk.cases()) == 1

    def test_says_what_is_missing_in_place(self, desk: Desk) -> None:
        chat = begun(**FACTS)
        answer = self.send(desk, chat, description="", email="")
        assert answer.status_code == 409
        assert "<html" not in answer.text
        assert 'id="faults"' in answer.text

    def send(self, desk: Desk, chat: UUID, **changes: str) -> requests.Response:
        told = {"name": "Mia Hughes", "email": TO_CUSTOMER, "order_number": "10023", "category": "lost"}
        told |= {"description": "It never came.", "key": "one", "who": "customer", "chat": str(chat), **changes}
        return desk.submit(WAYS[0], "/desk/cases/new", PART, **told)


def act_of(way: Way) -> str:
    """The act of the panel in which that step is."""
    path = way.path if isinstance(way.path, str) else {"refused": "replies", "remedy_delivered": "remedies"}[way.kind]
    return path.removeprefix("steps/").partition("/")[0]


def door(case: Case, act: str, chat: UUID) -> str:
    """Where the panel gets an act from."""
    return f"/desk/cases/{case.reference}/acts/{act}?chat={chat}"


def path_of(shown: requests.Response) -> str:
    """Where the form under a letter goes."""
    return shown.text.split('<form class="form" method="post" action="')[1].partition('"')[0]


def begun(**facts: str) -> UUID:
    """A chat in which that was told."""
    with database.transaction() as session:
        conversation, _ = chats.open_conversation(session, None)
        chats.receive(session, conversation.id, "Hello", client_id=str(uuid4()))
        chats.remember_facts(session, conversation.id, dict(facts))
        return conversation.id
