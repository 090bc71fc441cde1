"""The web application on a real port, and people who visit it without a screen."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import pytest
import requests
import uvicorn
from sqlalchemy import text

from disputes import database
from disputes.people import service as people
from disputes.people.tables import Staff
from disputes.settings import settings
from disputes.web import create_app
from tests.conftest import make_database, url_of
from tests.stack import wait_until

PASSWORD = "correct horse battery staple"
TIMEOUT = 20
NOT_SENT = "Nothing has been sent yet"
OWN_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")


class Visitor(requests.Session):
    """Keeps cookies, follows no redirect, and sends forms as the page in front of it would."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.trust_env = False

    def request(self, method: str, url: str, *args, **kwargs) -> requests.Response:  # type: ignore[no-untyped-def,override]
        kwargs["allow_redirects"] = False
        kwargs.setdefault("timeout", TIMEOUT)
        return super().request(method, urljoin(self.url, url), *args, **kwargs)

    def open(self, path: str) -> str:
        """The text of a page that is there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def submit(self, path: str, **fields: str) -> requests.Response:
        """Sends a form."""
        return self.post(path, data=fields, headers={"Sec-Fetch-Site": "same-origin"})

    def carry_out(self, path: str, data: Any) -> requests.Response:
        """Sends a form, and where it shows a letter, that as well."""
        answer = self.post(path, data=data, headers={"Sec-Fetch-Site": "same-origin"})
        return self.press_send(answer) if NOT_SENT in answer.text else answer

    def press_send(self, shown: requests.Response) -> requests.Response:
        """Sends the letter of a page that shows one."""
        assert shown.status_code == 200, (shown.status_code, shown.text[:500])
        return self.post(urlsplit(shown.url).path, data=second_press(shown.text))

    def follow(self, answer: requests.Response) -> str:
        """The page that an answer leads on to."""
        assert answer.status_code == 303, (answer.status_code, answer.text[:500])
        return self.open(answer.headers["location"])


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """The address of the application; it uses whatever database the settings of the test name."""
    with serving() as url:
        yield url


@contextmanager
def serving() -> Iterator[str]:
    """The application on a port of its own, made with the settings of this moment."""
    config = uvicorn.Config(
        create_app(), host="127.0.0.1", port=0, log_level="error", access_log=False, lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    wait_until(lambda: server.started, TIMEOUT, "the application does not listen")
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


@pytest.fixture(scope="session")
def pages_database_url(postgres_dir: Path, template_database: str) -> str:
    """A migrated database for the tests of pages; emptied after each, which is quicker than making a new one."""
    name = f"disputes_pages_{uuid4().hex[:8]}"
    make_database(postgres_dir, name, template_database)
    return url_of(postgres_dir, name)


@pytest.fixture
def emptied_database(pages_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty database behind the pages, to which `database.transaction()` connects."""
    monkeypatch.setenv("DATABASE_URL", pages_database_url)
    settings.cache_clear()
    database.engine.cache_clear()
    yield pages_database_url
    with database.engine().begin() as connection:
        names = connection.scalars(OWN_TABLES).all()
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # past what is only appended to
        connection.execute(text(f"TRUNCATE {', '.join(names)} CASCADE"))
    database.engine().dispose()
    database.engine.cache_clear()
    settings.cache_clear()


@pytest.fixture
def visitor(served: str, emptied_database: str) -> Iterator[Visitor]:
    """Somebody who is not signed in, with an empty database behind the pages."""
    with Visitor(served) as opened:
        yield opened


def add_staff(email: str = "ada@casened.com", name: str = "Ada Lindqvist", role: str = "agent") -> Staff:
    """A member of staff with a password."""
    with database.transaction() as session:
        staff = people.add_staff(session, email, name, role)
        people.set_password(session, staff, PASSWORD)
        return staff


@contextmanager
def signed_in(url: str, staff: Staff) -> Iterator[Visitor]:
    """A visit of that person, signed in."""
    with Visitor(url) as opened:
        answer = opened.submit("/desk/sign-in", email=staff.email, password=PASSWORD)
        assert answer.status_code == 303
        yield opened


def second_press(page: str) -> list[tuple[str, str]]:
    """What the button under a shown letter sends."""
    assert NOT_SENT in page
    fields = re.findall(r'<textarea name="([^"]*)" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    own = [(name, hidden(page, name)) for name in ("csrf_token", "seen")]
    return [*own, *((unescape(name), unescape(said)) for name, said in fields), ("do", "send")]


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return unescape(found[1])
