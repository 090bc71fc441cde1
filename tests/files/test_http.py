"""Files of a chat over HTTP: by the session in a header from the shop's own site, by a cookie at the desk."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests

from disputes import database
from disputes.chat import endings, file_links, handoff, service
from disputes.chat.tables import ChatFile, ChatFileView
from disputes.edge import limits
from disputes.people.tables import Staff
from disputes.settings import settings
from tests.files.factories import from_phone, jpg, pdf
from tests.serving import Visitor, add_staff, hidden, serving, signed_in

SHOP = "https://www.shop.example"
FILES = "/api/chat/files"


class TestCustomer:
    def test_sends_and_fetches_with_the_session_in_a_header(self, visitor: Visitor) -> None:
        chat, session_id = open_chat()
        answer = send(visitor, session_id, "Label.JPEG", from_phone((1000, 500)), client_id="mine")
        assert answer.status_code == 201
        sent = answer.json()
        assert (sent["from"], sent["client_id"], sent["text"]) == ("customer", "mine", "Sent a file: Label.jpg")
        there = f"{FILES}/{sent['attachment']['payload']['id']}"
        got = visitor.get(there, headers=bearer(session_id))
        assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
        assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''Label.jpg"
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["cache-control"] == "no-store"
        assert "sandbox" in got.headers["content-security-policy"]
        assert b"Phone of Mia" not in got.content
        small = visitor.get(f"{there}/preview", headers=bearer(session_id))
        assert len(small.content) < len(got.content)
        assert file_of(chat).size == len(got.content)

    def test_sent_again_is_the_same(self, visitor: Visitor) -> None:
        _, session_id = open_chat()
        first = send(visitor, session_id, "a.jpg", jpg(), client_id="mine")
        assert send(visitor, session_id, "a.jpg", jpg(), client_id="mine").json() == first.json()

    def test_strangers_and_other_chats_get_nothing(self, visitor: Visitor) -> None:
        _, session_id = open_chat()
        _, other = open_chat()
        sent = send(visitor, session_id, "a.jpg", jpg()).json()
        there = f"{FILES}/{sent['attachment']['payload']['id']}"
        assert visitor.get(there).status_code == 401
        assert visitor.get(there, headers=bearer("made up")).status_code == 401
        assert visitor.get(there, headers=bearer(other)).status_code == 404
        assert visitor.get(f"{there}/preview", headers=bearer(other)).status_code == 404
        assert send(visitor, "made up", "a.jpg", jpg()).status_code == 401

    @pytest.mark.parametrize(
        ("name", "content", "status", "words"),
        [
            ("photo.jpg", b"MZ" + bytes(300), 400, "Please send"),
            ("photo.jpg", jpg()[:200], 400, "damaged"),
            ("photo.jpg", b"", 400, "empty"),
            ("scan.pdf", pdf(b" " * 10_500_000), 400, "larger than 10 MB"),
            ("scan.pdf", pdf(b" " * 12_500_000), 413, "larger than this page takes"),
        ],
        ids=["a program", "half a picture", "nothing", "a little too large", "much too large"],
    )
    def test_what_cannot_be_taken_is_said_in_a_sentence(
        self, visitor: Visitor, name: str, content: bytes, status: int, words: str
    ) -> None:
        _, session_id = open_chat()
        answer = send(visitor, session_id, name, content)
        assert answer.status_code == status
        assert words in answer.json()["error"]["message"]

    def test_an_ended_chat_is_a_conflict(self, visitor: Visitor) -> None:
        chat, session_id = open_chat()
        database.run(endings.end_by_customer, chat)
        answer = send(visitor, session_id, "a.jpg", jpg())
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")

    def test_too_many_in_a_short_time_wait(self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "FILES_OF_A_CHAT", 2)
        _, session_id = open_chat()
        answers = [send(visitor, session_id, "a.jpg", b"no picture").status_code for _ in range(3)]
        assert answers == [400, 400, 429]
        _, other = open_chat()
        assert send(visitor, other, "a.jpg", jpg()).status_code == 201
        monkeypatch.setattr(limits, "FILES_FROM_AN_ADDRESS", 3)
        assert send(visitor, other, "b.jpg", jpg(colour="red")).status_code == 429


class TestLinks:
    def test_an_address_serves_one_file_for_a_while(self, visitor: Visitor) -> None:
        chat, session_id = open_chat()
        send(visitor, session_id, "a.jpg", jpg())
        link = file_links.link_to(chat, file_of(chat).id)
        got = visitor.get(f"/chat/files/{link.rsplit('/', 1)[1]}")
        assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
        assert got.headers["content-disposition"].startswith("attachment")
        assert got.headers["cross-origin-resource-policy"] == "cross-origin"
        assert visitor.get("/chat/files/made-up").status_code == 404

    def test_it_is_good_for_its_own_chat_only(self, visitor: Visitor) -> None:
        chat, session_id = open_chat()
        other, _ = open_chat()
        send(visitor, session_id, "a.jpg", jpg())
        link = file_links.link_to(other, file_of(chat).id)
        assert visitor.get(f"/chat/files/{link.rsplit('/', 1)[1]}").status_code == 404


class TestShopsSite:
    """The chat stands on the shop's own pages: their scripts ask, with a header, from another origin."""

    def test_a_site_of_the_list_may_send_and_read(self, embedded: Visitor) -> None:
        _, session_id = open_chat()
        asked = {"Origin": SHOP, "Access-Control-Request-Method": "POST"}
        may = embedded.options(FILES, headers=asked | {"Access-Control-Request-Headers": "authorization"})
        assert (may.status_code, may.headers["access-control-allow-origin"]) == (200, SHOP)
        assert "authorization" in may.headers["access-control-allow-headers"].lower()
        assert "access-control-allow-credentials" not in may.headers
        headers = bearer(session_id) | {"Origin": SHOP, "Sec-Fetch-Site": "cross-site"}
        sent = embedded.post(FILES, headers=headers, files={"file": ("a.jpg", jpg())}, data={"client_id": "1"})
        assert (sent.status_code, sent.headers["access-control-allow-origin"]) == (201, SHOP)
        got = embedded.get(f"{FILES}/{sent.json()['attachment']['payload']['id']}", headers=headers)
        assert (got.status_code, got.headers["access-control-allow-origin"]) == (200, SHOP)

    def test_a_refusal_can_be_read_there_too(self, embedded: Visitor) -> None:
        headers = bearer("made up") | {"Origin": SHOP}
        refused = embedded.get(f"{FILES}/{uuid4()}", headers=headers)
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, SHOP)

    def test_other_sites_and_other_addresses_stay_closed(self, embedded: Visitor) -> None:
        asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        assert "access-control-allow-origin" not in embedded.options(FILES, headers=asked).headers
        elsewhere = embedded.get("/api/openapi.json", headers={"Origin": SHOP})
        assert "access-control-allow-origin" not in elsewhere.headers


class TestDesk:
    def test_whoever_holds_the_chat_sends(self, visitor: Visitor, anna: Staff) -> None:
        chat, session_id = open_chat()
        database.run(handoff.take_over, chat, anna)
        with signed_in(visitor.url, anna) as desk:
            there, token = f"/desk/chats/{chat}", hidden(desk.open(f"/desk/chats/{chat}"), "csrf_token")
            answer = desk.post(
                f"{there}/files",
                files={"file": ("Return label.pdf", pdf())},
                data={"client_id": "1"},
                headers={"X-CSRF-Token": token, "Sec-Fetch-Site": "same-origin"},
            )
        assert answer.status_code == 201
        assert (answer.json()["from"], answer.json()["name"]) == ("agent", anna.name)
        got = visitor.get(f"{FILES}/{file_of(chat).id}", headers=bearer(session_id))
        assert (got.content, got.headers["content-type"]) == (pdf(), "application/pdf")

    def test_who_does_not_is_told_in_json(self, visitor: Visitor, anna: Staff) -> None:
        chat, _ = open_chat()
        with signed_in(visitor.url, anna) as desk:
            token = hidden(desk.open(f"/desk/chats/{chat}"), "csrf_token")
            headers = {"X-CSRF-Token": token, "Sec-Fetch-Site": "same-origin"}
            answer = desk.post(f"/desk/chats/{chat}/files", files={"file": ("a.pdf", pdf())}, headers=headers)
        assert answer.status_code == 403
        assert "Nobody holds this chat" in answer.json()["error"]["message"]

    def test_a_form_without_the_token_is_refused(self, visitor: Visitor, anna: Staff) -> None:
        chat, _ = open_chat()
        database.run(handoff.take_over, chat, anna)
        with signed_in(visitor.url, anna) as desk:
            assert desk.post(f"/desk/chats/{chat}/files", files={"file": ("a.pdf", pdf())}).status_code == 403

    def test_looking_is_noted(self, visitor: Visitor, anna: Staff) -> None:
        chat, session_id = open_chat()
        send(visitor, session_id, "a.jpg", jpg())
        file = file_of(chat)
        with signed_in(visitor.url, anna) as desk:
            got = desk.get(f"/desk/chats/{chat}/files/{file.id}")
            assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''a.jpg"
            assert desk.get(f"/desk/chats/{chat}/files/{file.id}/preview").status_code == 200
        with database.transaction() as session:
            assert [view.staff_id for view in session.query(ChatFileView)] == [anna.id]


@pytest.fixture
def anna(emptied_database: str) -> Staff:
    return add_staff("anna@casened.com", "Anna Berg")


@pytest.fixture
def embedded(emptied_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    """The application of a shop that has the chat on its own site."""
    monkeypatch.setenv("ALLOWED_ORIGINS", f"{SHOP}, https://shop.example")
    settings.cache_clear()
    with serving() as url, Visitor(url) as visitor:
        yield visitor


def send(visitor: Visitor, session_id: str, name: str, content: bytes, *, client_id: str = "") -> requests.Response:
    data: dict[str, Any] = {"client_id": client_id or str(uuid4())}
    return visitor.post(FILES, files={"file": (name, content)}, data=data, headers=bearer(session_id))


def bearer(session_id: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {session_id}"}


def open_chat() -> tuple[UUID, str]:
    conversation, session_id = database.run(service.open_conversation, None)
    return conversation.id, session_id


def file_of(chat: UUID) -> ChatFile:
    with database.transaction() as session:
        return session.query(ChatFile).filter(ChatFile.conversation_id == chat).one()
