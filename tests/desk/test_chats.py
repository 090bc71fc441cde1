"""The desk's chats: who waits, who takes, and what is known."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import requests
from sqlalchemy import select

from disputes import clock, database
from disputes.chat import handoff, presence, service
from disputes.chat.tables import Conversation, Message
from disputes.orders import client
from disputes.orders.stand_in import demo_order
from tests.cases.factories import filed
from tests.chat.factories import somebody_here
from tests.serving import Visitor, add_staff, hidden, signed_in

SCRIPT = "<script>alert(1)</script>"


class TestLists:
    def test_who_waits_longest_is_first(self, ada: Visitor) -> None:
        waiting("Second", minutes=5)
        waiting("First", minutes=25)
        page = ada.open("/desk")
        assert page.index("First") < page.index("Second")
        assert "25 min" in page

    def test_a_part_of_the_page_can_be_renewed(self, ada: Visitor) -> None:
        chat = waiting("Mia Hughes")
        part = ada.open(f"/desk/lists?current={chat}")
        assert "<html" not in part
        assert 'aria-current="page"' in part

    def test_chats_of_the_assistant_and_of_colleagues_are_apart(self, ada: Visitor, served: str) -> None:
        mine, hers = waiting("Mia"), waiting("Bea")
        act(ada, mine, "claim")
        with signed_in(served, add_staff("bo@casened.com", "Bo Ek")) as bo:
            act(bo, hers, "claim")
        page = ada.open("/desk")
        assert "With colleagues" in page
        assert page.index('id="list-mine"') < page.index("Mia") < page.index('id="list-colleagues"') < page.index("Bea")

    def test_markup_is_shown_as_text(self, ada: Visitor) -> None:
        chat = waiting(SCRIPT, description=SCRIPT, said=SCRIPT, reason=SCRIPT)
        assert SCRIPT not in ada.open("/desk")
        assert SCRIPT not in ada.open(f"/desk/chats/{chat}")

    def test_urgent_ones_say_so_in_a_word(self, ada: Visitor) -> None:
        chat = waiting("Mia")
        assert "Urgent" not in ada.open("/desk/lists")
        act(ada, chat, "mark", urgent="true")
        assert "Urgent" in ada.open("/desk/lists")

    def test_what_is_unread_and_who_spoke_last_is_seen(self, ada: Visitor) -> None:
        chat = waiting("Mia", said="Is anybody there?")
        act(ada, chat, "claim")
        page = ada.open("/desk/lists")
        assert f'data-chat="{chat}" data-mine data-unread="1"' in page
        assert "Is anybody there?" in page

    def test_whoever_is_at_the_desk_is_named(self, ada: Visitor) -> None:
        waiting("Mia")
        assert "Sam There" in ada.open("/desk/lists")


class TestOpening:
    def test_a_script_of_the_page_gets_the_conversation_without_the_lists(self, ada: Visitor) -> None:
        chat = waiting("Mia Hughes")
        part = ada.get(f"/desk/chats/{chat}", headers={"HX-Request": "true"}).text
        assert "<html" not in part
        assert 'id="list-waiting"' not in part
        assert f'name="current" value="{chat}"' in part

    def test_nothing_may_be_open(self, ada: Visitor) -> None:
        waiting("Mia")
        part = ada.get("/desk", headers={"HX-Request": "true"}).text
        assert 'name="current" value=""' in part
        assert "<html" in ada.open("/desk")
        assert 'aria-current="page"' not in ada.open("/desk/lists?current=")

    def test_pages_without_lists_hear_what_is_new(self, ada: Visitor) -> None:
        waits, mine = waiting("Mia"), waiting("Ben")
        act(ada, mine, "claim")
        answer = ada.get("/desk/pulse")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json() == {
            "available": True,
            "waiting": [{"id": str(waits), "urgent": False}],
            "mine": {str(mine): 1},
        }


class TestNext:
    def test_takes_whoever_waits_longest(self, ada: Visitor) -> None:
        waiting("Second", minutes=5)
        first = waiting("First", minutes=25)
        answer = ada.submit("/desk/next", csrf_token=csrf(ada))
        assert answer.headers["location"] == f"/desk/chats/{first}"
        assert owner(first) == "agent"

    def test_leaves_the_open_chat_where_it_is_when_nobody_waits(self, ada: Visitor) -> None:
        answer = ada.post("/desk/next", headers={"HX-Request": "true", "X-CSRF-Token": csrf(ada)})
        assert answer.status_code == 204
        assert "Nobody is waiting" in answer.headers["hx-trigger"]
        answer = ada.submit("/desk/next", csrf_token=csrf(ada))
        assert answer.status_code == 409
        assert "Nobody is waiting" in answer.text

    def test_opens_the_chat_in_the_page(self, ada: Visitor) -> None:
        chat = waiting("Mia")
        answer = ada.post("/desk/next", headers={"HX-Request": "true", "X-CSRF-Token": csrf(ada)})
        assert f'name="current" value="{chat}"' in answer.text
        assert "You hold this chat" in answer.text


class TestClaim:
    def test_makes_it_mine(self, ada: Visitor) -> None:
        chat = waiting("Mia")
        answer = act(ada, chat, "claim")
        assert answer.headers["location"] == f"/desk/chats/{chat}"
        assert "You hold this chat" in ada.open(f"/desk/chats/{chat}")

    def test_the_second_reads_who_was_faster(self, ada: Visitor, served: str) -> None:
        chat = waiting("Mia")
        act(ada, chat, "claim")
        with signed_in(served, add_staff("bo@casened.com", "Bo Ek")) as bo:
            answer = act(bo, chat, "claim")
        assert answer.status_code == 409
        assert 'role="alert"' in answer.text
        assert "Ada Lindqvist" in answer.text

    def test_a_script_of_the_page_gets_the_panel_alone(self, ada: Visitor) -> None:
        chat = waiting("Mia")
        token = csrf(ada)
        answer = ada.post(f"/desk/chats/{chat}/claim", headers={"HX-Request": "true", "X-CSRF-Token": token})
        assert answer.status_code == 200
        assert "<html" not in answer.text
        assert "You hold this chat" in answer.text

    def test_not_without_the_token_of_the_page(self, ada: Visitor) -> None:
        chat = waiting("Mia")
        assert ada.submit(f"/desk/chats/{chat}/claim").status_code == 403
        assert ada.submit(f"/desk/chats/{chat}/claim", csrf_token="made up").status_code == 403
        assert owner(chat) == "queue"

    def test_an_unknown_chat_is_not_there(self, ada: Visitor) -> None:
        assert act(ada, uuid4(), "claim").status_code == 404
        assert ada.get(f"/desk/chats/{uuid4()}").status_code == 404


class TestHolder:
    def test_hands_back_with_a_note(self, ada: Visitor) -> None:
        chat = waiting("Mia")
        act(ada, chat, "claim")
        act(ada, chat, "hand-back", note="Refund agreed")
        assert owner(chat) == "bot"
        with database.transaction() as session:
            notes = session.scalars(select(Message.text).where(Message.audience == "staff")).all()
        assert any("Refund agreed" in note for note in notes)

    def test_ends_the_chat(self, ada: Visitor) -> None:
        chat = waiting("Mia")
        act(ada, chat, "claim")
        act(ada, chat, "close")
        assert owner(chat) == "closed"

    def test_only_the_holder_can(self, ada: Visitor) -> None:
        chat = waiting("Mia")
        assert act(ada, chat, "close").status_code in {403, 409}
        assert owner(chat) == "queue"

    def test_a_colleague_can_step_in(self, ada: Visitor, served: str) -> None:
        chat = waiting("Mia")
        act(ada, chat, "claim")
        with signed_in(served, add_staff("bo@casened.com", "Bo Ek")) as bo:
            assert act(bo, chat, "take-over").status_code == 303
        assert "Take over from Bo Ek" in ada.open(f"/desk/chats/{chat}/holder")


class TestComingAndGoing:
    def test_one_is_available_until_one_goes_away(self, ada: Visitor) -> None:
        assert "Available" in ada.open("/desk")
        answer = ada.submit("/desk/availability", csrf_token=csrf(ada), takes_chats="false")
        assert answer.headers["location"] == "/desk"
        page = ada.open("/desk")
        assert "Away" in page
        assert "customers are told that nobody can chat" in page
        ada.submit("/desk/availability", csrf_token=csrf(ada), takes_chats="true")
        assert "Available" in ada.open("/desk")

    def test_a_script_of_the_page_gets_the_lists(self, ada: Visitor) -> None:
        headers = {"HX-Request": "true", "X-CSRF-Token": csrf(ada)}
        answer = ada.post("/desk/availability", data={"takes_chats": "false"}, headers=headers)
        assert "<html" not in answer.text
        assert "Away" in answer.text


class TestPassOn:
    def test_to_a_colleague_who_is_here(self, ada: Visitor) -> None:
        chat = waiting("Mia")
        act(ada, chat, "claim")
        with database.transaction() as session:
            sam = somebody_here(session)
        page = ada.open(f"/desk/chats/{chat}")
        assert "Sam There (0 of 5 chats)" in page
        act(ada, chat, "pass-on", to=f"staff:{sam.id}", note="Photos are in the thread.")
        with database.transaction() as session:
            assert session.get_one(Conversation, chat).agent_id == sam.id

    def test_to_somebody_who_left_meanwhile_is_said_so(self, ada: Visitor) -> None:
        chat = waiting("Mia")
        act(ada, chat, "claim")
        with database.transaction() as session:
            sam = somebody_here(session)
            presence.choose(session, sam, takes_chats=False)
        answer = act(ada, chat, "pass-on", to=f"staff:{sam.id}")
        assert answer.status_code == 409
        assert "Sam There is not there just now" in answer.text


class TestUrgent:
    def test_a_mark_is_seen_in_the_lists_and_can_be_taken_back(self, ada: Visitor) -> None:
        chat = waiting("Mia")
        act(ada, chat, "mark", urgent="true")
        assert "Urgent" in ada.open("/desk/lists")
        act(ada, chat, "mark")
        assert "Urgent" not in ada.open("/desk/lists")


class TestContext:
    def test_tells_what_is_known(self, ada: Visitor) -> None:
        chat = waiting("Mia Hughes", category="lost", order_number="10023", description="It never came.")
        with database.transaction() as session:
            case = filed(session, conversation_id=chat)
        page = ada.open(f"/desk/chats/{chat}")
        for words in ("Mia Hughes", "Parcel never arrived", "It never came.", "Not verified", case.reference):
            assert words in page

    def test_tells_how_complaints_of_the_customer_stand_in_the_desk_s_words(self, ada: Visitor) -> None:
        chat = waiting("Mia", contact_email="mia@example.com")
        with database.transaction() as session:
            here = filed(session, conversation_id=chat)
            said = filed(session, email="mia@example.com", order_number="10024")
        page = ada.open(f"/desk/chats/{chat}/context")
        assert page.index(here.reference) < page.index(said.reference)
        for words in ("Nobody has taken it", "To be taken:", "From this chat", "Same e-mail address, not proven here"):
            assert words in page

    def test_names_other_chats_of_the_same_person(self, ada: Visitor) -> None:
        waiting("Mia", contact_email="mia@example.com", description="About a vase")
        chat = waiting("Mia", contact_email="MIA@example.com")
        page = ada.open(f"/desk/chats/{chat}/context")
        assert "Other chats" in page
        assert "About a vase" in page
        assert "Same e-mail address, not proven" in page

    def test_what_can_be_done_about_a_complaint_leads_there_and_back(self, ada: Visitor) -> None:
        chat = waiting("Mia")
        with database.transaction() as session:
            case = filed(session, conversation_id=chat)
        step = f"/desk/cases/{case.reference}?chat={chat}&amp;step=take#step-take"
        assert f'href="{step}"' in ada.open(f"/desk/chats/{chat}")
        page = ada.open(f"/desk/cases/{case.reference}?chat={chat}&step=escalate")
        assert f'href="/desk/chats/{chat}"' in page
        assert f'<input type="hidden" name="chat" value="{chat}">' in page

    def test_the_order_comes_by_itself(self, ada: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("disputes.desk.chats.look_up", lambda number: demo_order(number, today=clock.now()))
        chat = waiting("Mia", order_number="#10 023")
        part = ada.open(f"/desk/chats/{chat}/order")
        assert "Oak desk lamp" in part
        assert "Delivered" in part

    def test_an_order_system_that_is_away_is_said_so(self, ada: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(_number: str) -> None:
            raise client.OrdersUnavailable("time-out")

        monkeypatch.setattr("disputes.desk.chats.look_up", away)
        chat = waiting("Mia", order_number="10023")
        assert "cannot look orders up" in ada.open(f"/desk/chats/{chat}/order")


def test_a_mediator_has_no_place_here(visitor: Visitor, served: str) -> None:
    chat = waiting("Mia")
    with signed_in(served, add_staff("neu@casened.com", "Nele", "mediator")) as nele:
        for path in ("/desk", f"/desk/chats/{chat}", "/desk/cases", "/desk/lists"):
            assert nele.get(path).status_code == 403
        assert act(nele, chat, "claim").status_code == 403


def test_a_page_that_renews_itself_after_the_sign_out_goes_to_the_door(visitor: Visitor) -> None:
    answer = visitor.get("/desk/lists", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/desk/sign-in")
    from_a_chat = {"HX-Request": "true", "HX-Current-URL": f"{visitor.url}/desk/chats/7?x=1"}
    answer = visitor.get("/desk/lists", headers=from_a_chat)
    assert answer.headers["hx-redirect"] == "/desk/sign-in?next=%2Fdesk%2Fchats%2F7"


def act(visitor: Visitor, chat: UUID, action: str, **fields: str) -> requests.Response:
    return visitor.submit(f"/desk/chats/{chat}/{action}", csrf_token=csrf(visitor), **fields)


def csrf(visitor: Visitor) -> str:
    return hidden(visitor.open("/desk/account"), "csrf_token")


def waiting(name: str, *, minutes: int = 1, said: str = "Hello", reason: str = "asked", **facts: str) -> UUID:
    """A chat in the queue."""
    with database.transaction() as session:
        conversation, _ = service.open_conversation(session, None)
        service.receive(session, conversation.id, said, client_id=str(uuid4()))
        service.remember_facts(session, conversation.id, {"complainant_name": name, **facts})
        found = session.get_one(Conversation, conversation.id)
        somebody_here(session)
        handoff.request_person(session, found, reason, None)
        found.waiting_since = clock.now() - timedelta(minutes=minutes)
        return found.id


def owner(chat: UUID) -> str:
    with database.transaction() as session:
        return session.get_one(Conversation, chat).owner


@pytest.fixture
def ada(visitor: Visitor, served: str) -> Iterator[Visitor]:
    """An agent, signed in."""
    with signed_in(served, add_staff()) as opened:
        yield opened
