"""The pages of canned replies, and what the composer of a chat gets of them."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
import requests

from disputes import database
from disputes.canned import service
from disputes.canned.service import Draft
from disputes.chat import service as chat
from tests.serving import Visitor, add_staff, hidden, signed_in

SCRIPT = "<script>alert(1)</script>"
GIVEN = {"code": "hi", "title": "Greeting", "text": "Hello {name}", "team": ""}


class TestManagers:
    def test_add_one_and_find_it_with_their_name(self, grace: Visitor) -> None:
        page = grace.follow(send(grace, "/desk/replies/new", **GIVEN))
        assert "/hi" in page
        assert "Hello {name}" in page
        assert "Grace Mbeki" in page

    def test_change_and_remove_it(self, grace: Visitor) -> None:
        grace.follow(send(grace, "/desk/replies/new", **GIVEN))
        path = f"/desk/replies/{reply_id(grace)}"
        assert "Hello {name}" in grace.open(path)
        assert "Good day" in grace.follow(send(grace, path, **GIVEN | {"text": "Good day"}))
        assert "No canned replies yet" in grace.follow(send(grace, f"{path}/remove"))
        assert grace.get(path).status_code == 404

    def test_get_their_words_back_when_something_is_wrong(self, grace: Visitor) -> None:
        answer = send(grace, "/desk/replies/new", **GIVEN | {"code": "two words", "text": "Hello {what}"})
        assert answer.status_code == 400
        assert "two words" in answer.text
        assert "small letters" in answer.text
        assert "{what}" in answer.text

    def test_markup_is_shown_as_text(self, grace: Visitor) -> None:
        page = grace.follow(send(grace, "/desk/replies/new", code="x1", title=SCRIPT, text=SCRIPT))
        assert SCRIPT not in page
        assert SCRIPT not in grace.open(f"/desk/replies/{reply_id(grace)}")

    def test_a_team_that_is_none_is_refused(self, grace: Visitor) -> None:
        assert send(grace, "/desk/replies/new", **GIVEN | {"team": "nonsense"}).status_code == 400
        assert send(grace, "/desk/replies/new", **GIVEN | {"team": str(uuid4())}).status_code == 400


class TestAgents:
    def test_read_them_and_find_no_way_to_change_them(self, grace: Visitor, served: str) -> None:
        grace.follow(send(grace, "/desk/replies/new", **GIVEN))
        with signed_in(served, add_staff()) as ada:
            page = ada.open("/desk/replies")
            assert "Hello {name}" in page
            assert "/desk/replies/new" not in page
            path = f"/desk/replies/{reply_id(grace)}"
            assert ada.get(path).status_code == 403
            assert ada.get("/desk/replies/new").status_code == 403
            for refused in (path, f"{path}/remove", "/desk/replies/new"):
                assert send(ada, refused, **GIVEN).status_code == 403

    def test_get_the_texts_and_what_fills_them_in_a_chat(self, visitor: Visitor, served: str) -> None:
        manager = add_staff("grace@casened.com", "Grace Mbeki", "manager")
        with database.transaction() as session:
            service.add(session, manager, Draft("hi", "Greeting", "Hello {name}, this is {agent}"))
            conversation, _ = chat.open_conversation(session, None)
            chat.remember_facts(session, conversation.id, {"complainant_name": "Mia"})
        with signed_in(served, add_staff()) as ada:
            answer = ada.get(f"/desk/chats/{conversation.id}/replies")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["replies"] == [
            {"code": "hi", "title": "Greeting", "text": "Hello {name}, this is {agent}"}
        ]
        assert answer.json()["values"]["name"] == "Mia"
        assert answer.json()["values"]["agent"] == "Ada Lindqvist"

    def test_an_unknown_chat_is_not_there(self, visitor: Visitor, served: str) -> None:
        with signed_in(served, add_staff()) as ada:
            assert ada.get(f"/desk/chats/{uuid4()}/replies").status_code == 404


def send(visitor: Visitor, path: str, **fields: str) -> requests.Response:
    token = hidden(visitor.open("/desk/account"), "csrf_token")
    return visitor.submit(path, csrf_token=token, **fields)


def reply_id(visitor: Visitor) -> str:
    """The id of the only reply."""
    page = visitor.open("/desk/replies")
    return page.split("/desk/replies/", 2)[2].split('"')[0]


@pytest.fixture
def grace(visitor: Visitor, served: str) -> Iterator[Visitor]:
    """A manager, signed in."""
    with signed_in(served, add_staff("grace@casened.com", "Grace Mbeki", "manager")) as opened:
        yield opened
