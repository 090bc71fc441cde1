"""The page of messages that were read wrongly, and taking what was taught."""

from collections.abc import Iterator
from uuid import UUID

import pytest
import yaml

from disputes import database
from tests.serving import Visitor, add_staff, hidden, signed_in
from tests.teaching.test_service import doubted

SCRIPT = "<script>alert(1)</script>"


class TestPage:
    def test_shows_a_message_and_teaches_it(self, ada: Visitor) -> None:
        message_id = doubt("where is my lamp, order 20417")
        page = ada.open("/desk/teach")
        for words in ("where is my lamp, order 20417", "Not understood", "order 12345", "The order is late"):
            assert words in page
        taught = act(ada, message_id, "teach", intent="ask_status", example="where is it")
        assert "Nothing to teach" in ada.follow(taught)

    def test_nothing_to_learn(self, ada: Visitor) -> None:
        message_id = doubt("asdf")
        assert "Nothing to teach" in ada.follow(act(ada, message_id, "nothing"))
        again = act(ada, message_id, "teach", intent="greet", example="hello")
        assert again.status_code == 409
        assert "Somebody has decided" in again.text

    def test_what_is_missing_is_said_and_what_was_typed_kept(self, ada: Visitor) -> None:
        message_id = doubt("where is my lamp")
        answer = act(ada, message_id, "teach", intent="", example="my own words")
        assert answer.status_code == 400
        assert "Please choose what was meant." in answer.text
        assert 'value="my own words"' in answer.text

    def test_markup_is_shown_as_text(self, ada: Visitor) -> None:
        doubt(f"hello {SCRIPT}")
        assert SCRIPT not in ada.open("/desk/teach")


class TestExamples:
    def test_a_manager_reads_changes_and_takes_them(self, ada: Visitor, served: str) -> None:
        message_id = doubt("where is my lamp")
        act(ada, message_id, "teach", intent="ask_status", example="where is my lamp")
        with signed_in(served, add_staff("max@casened.com", "Max", "manager")) as boss:
            assert 'value="where is my lamp"' in boss.open("/desk/teach/examples")
            token = hidden(boss.open("/desk/account"), "csrf_token")
            boss.follow(boss.submit(f"/desk/teach/examples/{message_id}", csrf_token=token, example="where is it"))
            file = boss.submit("/desk/teach/examples", csrf_token=token)
            assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''taught-")
            assert yaml.safe_load(file.text)["nlu"] == [{"intent": "ask_status", "examples": "- where is it\n"}]
            assert boss.submit("/desk/teach/examples", csrf_token=token).status_code == 409
            assert "No new examples" in boss.open("/desk/teach/examples")

    def test_agents_do_not(self, ada: Visitor) -> None:
        assert ada.get("/desk/teach/examples").status_code == 403
        assert "/desk/teach/examples" not in ada.open("/desk/teach")

    def test_administrators_take_them_and_do_not_teach(self, visitor: Visitor, served: str) -> None:
        message_id = doubt("where is my lamp")
        with signed_in(served, add_staff("root@casened.com", "Root", "admin")) as admin:
            assert admin.get("/desk/teach").status_code == 403
            assert act(admin, message_id, "nothing").status_code == 403
            assert "No new examples" in admin.open("/desk/teach/examples")


def doubt(said: str) -> UUID:
    with database.transaction() as session:
        return doubted(session, said)


def act(visitor: Visitor, message_id: UUID, what: str, **fields: str):  # type: ignore[no-untyped-def]
    token = hidden(visitor.open("/desk/account"), "csrf_token")
    return visitor.submit(f"/desk/teach/{message_id}/{what}", csrf_token=token, **fields)


@pytest.fixture
def ada(visitor: Visitor, served: str) -> Iterator[Visitor]:
    """An agent, signed in."""
    with signed_in(served, add_staff()) as opened:
        yield opened
