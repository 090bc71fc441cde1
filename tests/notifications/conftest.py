"""A mail server to which the settings point, and a database of the test's own."""

from collections.abc import Iterator

import pytest

from disputes.settings import settings
from tests.notifications.mail_server import MailServer


@pytest.fixture
def server(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    running = MailServer()
    running.start()
    monkeypatch.setenv("SMTP_URL", running.url)
    settings.cache_clear()
    yield running
    running.stop()
