"""Many uploads at once: few are looked at at a time, the others wait without holding up anybody."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock
from typing import Any

import pytest
import requests

from disputes import database
from disputes.chat import service
from disputes.edge import limits
from disputes.files import contents
from disputes.files.contents import Checked
from disputes.settings import settings
from tests.files.factories import pdf
from tests.serving import Visitor, serving
from tests.stack import wait_until

pytestmark = pytest.mark.database

AT_ONCE = 2
MANY = 60
"""More than there are threads for requests."""


class Gate:
    """Looks at a file only once it is opened; knows how many are looked at, and how many were at most."""

    def __init__(self) -> None:
        self.opened, self.inside, self.most, self._lock = Event(), 0, 0, Lock()
        self._checked = contents.checked

    def checked(self, *given: Any) -> Checked:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.opened.wait(30)
        try:
            return self._checked(*given)
        finally:
            with self._lock:
                self.inside -= 1


def test_few_are_looked_at_at_once_and_pages_go_on(address: str, gate: Gate) -> None:
    sessions = [open_chat() for _ in range(MANY)]
    with ThreadPoolExecutor(MANY) as senders, Visitor(address) as other:
        sent: list[Future[int]] = [senders.submit(send, address, session_id) for session_id in sessions]
        wait_until(lambda: gate.inside == AT_ONCE, 20, "no upload is looked at")
        for _ in range(20):
            assert other.get("/health", timeout=5).status_code == 200
        assert not any(future.done() for future in sent)
        gate.opened.set()
        assert {future.result(60) for future in sent} == {201}
    assert gate.most == AT_ONCE


def test_one_that_is_refused_gives_its_turn_back(address: str, gate: Gate) -> None:
    gate.opened.set()
    session_id = open_chat()
    for _ in range(3 * AT_ONCE):
        assert send(address, session_id, b"MZ" + bytes(300)) == 400
        assert send(address, "made up") == 401
    assert send(address, session_id) == 201


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    found = Gate()
    monkeypatch.setattr(contents, "checked", found.checked)
    return found


@pytest.fixture
def address(emptied_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A web process that looks at two uploads at once, and lets one browser send many."""
    monkeypatch.setenv("UPLOADS_AT_ONCE", str(AT_ONCE))
    monkeypatch.setattr(limits, "FILES_FROM_AN_ADDRESS", 10 * MANY)
    settings.cache_clear()
    with serving() as url:
        yield url


def open_chat() -> str:
    return database.run(service.open_conversation, None)[1]


def send(address: str, session_id: str, content: bytes = pdf(b"the bill")) -> int:
    answer = requests.post(
        f"{address}/api/chat/files",
        data={"client_id": "1"},
        files={"file": ("bill.pdf", content)},
        headers={"Authorization": f"Bearer {session_id}"},
        timeout=60,
    )
    return answer.status_code
