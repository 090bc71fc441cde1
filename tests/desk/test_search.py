"""The search page: what is typed stays out of addresses and logs, and what is found stays text."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
import requests

from disputes import database
from disputes.cases import service
from disputes.chat import service as chat
from tests.cases.factories import filed
from tests.serving import Visitor, add_staff, hidden, signed_in

SCRIPT = "<script>alert(1)</script>"


class TestPage:
    def test_its_form_puts_nothing_into_an_address(self, ada: Visitor) -> None:
        page = ada.open("/desk/search")
        assert re.search(r'<form[^>]*method="post" action="/desk/search" hx-post="/desk/search"', page)
        assert "hx-push-url" not in page
        assert "Mia" not in ada.open("/desk/search?words=Mia")

    def test_finds_a_case_and_leads_to_it(self, ada: Visitor) -> None:
        with database.transaction() as session:
            case = filed(session)
        page = look_for(ada, "hugh parcels").text
        assert f'href="/desk/cases/{case.reference}"' in page
        assert "<mark>Hughes</mark>" in page
        assert "The <mark>parcel</mark> never arrived" in page
        assert "1 case and 0 chats" in unescape(page)
        assert 'value="hugh parcels"' in page

    def test_finds_a_chat_and_leads_to_it(self, ada: Visitor) -> None:
        with database.transaction() as session:
            talk, _ = chat.open_conversation(session, None)
            chat.receive(session, talk.id, "My teapot came without its lid", client_id=None)
        page = look_for(ada, "teapot").text
        assert f'href="/desk/chats/{talk.id}"' in page
        assert "<mark>teapot</mark>" in page

    def test_says_when_there_is_nothing(self, ada: Visitor) -> None:
        assert "Nothing was found" in look_for(ada, "zebra").text

    def test_a_script_of_the_page_gets_the_results_alone(self, ada: Visitor) -> None:
        with database.transaction() as session:
            filed(session)
        part = look_for(ada, "parcel", {"HX-Request": "true"}).text
        assert "<html" not in part
        assert 'id="found-said"' in part

    def test_markup_is_shown_as_text(self, ada: Visitor) -> None:
        with database.transaction() as session:
            filed(session, name=f"Mia {SCRIPT}", description=f"alert {SCRIPT} parcel")
        page = look_for(ada, f"{SCRIPT} parcel")
        assert SCRIPT not in page.text
        assert "alert" in page.text

    def test_nothing_of_it_is_kept_by_browsers(self, ada: Visitor) -> None:
        assert look_for(ada, "parcel").headers["cache-control"] == "no-store"

    def test_what_was_looked_for_is_not_logged(self, ada: Visitor, capfd: pytest.CaptureFixture[str]) -> None:
        look_for(ada, "Quillfeather")
        assert "desk.searched" in capfd.readouterr().out.replace("Quillfeather", "FOUND")
        look_for(ada, "Quillfeather")
        assert "Quillfeather" not in "".join(capfd.readouterr())


class TestWho:
    def test_agents_do_not_find_sensitive_complaints_of_others(self, ada: Visitor, served: str) -> None:
        with database.transaction() as session:
            case = filed(session)
            max_ = add_staff("max@casened.com", "Max", "manager")
            service.mark_restricted(session, case, max_, restricted=True)
        assert "Nothing was found" in look_for(ada, "parcel").text
        with signed_in(served, max_) as manager:
            assert "Sensitive" in look_for(manager, "parcel").text

    def test_administrators_do_not_search(self, visitor: Visitor, served: str) -> None:
        with signed_in(served, add_staff("root@casened.com", "Root", "admin")) as admin:
            assert admin.get("/desk/search").status_code == 403
            assert look_for(admin, "parcel").status_code == 403
            assert 'href="/desk/search"' not in admin.open("/desk/cases")


def look_for(visitor: Visitor, words: str, headers: dict[str, str] | None = None) -> requests.Response:
    """Types these words and presses Enter."""
    token = hidden(visitor.open("/desk/account"), "csrf_token")
    return visitor.post("/desk/search", data={"csrf_token": token, "words": words}, headers=headers)


@pytest.fixture
def ada(visitor: Visitor, served: str) -> Iterator[Visitor]:
    """An agent, signed in."""
    with signed_in(served, add_staff()) as opened:
        yield opened
