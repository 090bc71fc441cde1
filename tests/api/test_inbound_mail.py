"""Mail handed over by a mail server: signed, fresh, once; and off unless it is switched on."""

import time
from collections.abc import Iterator

import pytest
import requests
from sqlalchemy import select

from disputes import database
from disputes.api.inbound_mail import signature_of
from disputes.inbound.tables import InboundMail
from disputes.settings import settings
from tests.cases.factories import filed
from tests.inbound.mails import mail
from tests.serving import Visitor

KEY = "a key of the mail server"


class TestInboundMail:
    def test_is_off_without_a_key(self, visitor: Visitor) -> None:
        assert refusal(send(visitor, mail(), key="")) == (404, "not_found")

    @pytest.mark.usefixtures("key")
    def test_a_stranger_is_refused(self, visitor: Visitor) -> None:
        assert refusal(visitor.post("/api/inbound-mail", data=mail())) == (401, "unsigned")
        assert refusal(send(visitor, mail(), key="another key")) == (403, "refused")
        assert kept() == []

    @pytest.mark.usefixtures("key")
    def test_what_was_changed_on_the_way_is_refused(self, visitor: Visitor) -> None:
        raw, now = mail(), str(int(time.time()))
        headers = {"X-Signature": signature_of(KEY, now, raw), "X-Timestamp": now}
        assert visitor.post("/api/inbound-mail", data=raw + b"!", headers=headers).status_code == 403
        headers["X-Timestamp"] = str(int(now) + 1)
        assert visitor.post("/api/inbound-mail", data=raw, headers=headers).status_code == 403

    @pytest.mark.usefixtures("key")
    @pytest.mark.parametrize(("off", "status"), [(-310, 403), (-290, 202), (290, 202), (310, 403)])
    def test_is_fresh_for_five_minutes(self, visitor: Visitor, off: int, status: int) -> None:
        assert send(visitor, mail(), at=int(time.time()) + off).status_code == status

    @pytest.mark.usefixtures("key")
    @pytest.mark.parametrize("stamp", ["soon", "-1", "1e9", "9" * 40, "\u0661"])
    def test_a_time_that_is_none(self, visitor: Visitor, stamp: str) -> None:
        headers: dict[str, str | bytes | None] = {"X-Signature": "sha256=00", "X-Timestamp": stamp.encode()}
        assert refusal(visitor.post("/api/inbound-mail", data=b"x", headers=headers)) == (403, "refused")

    @pytest.mark.usefixtures("key")
    def test_goes_into_its_case_once(self, visitor: Visitor) -> None:
        with database.transaction() as session:
            case = filed(session)
        raw = mail("Here is more.", subject=case.reference)
        answers = [send(visitor, raw) for _ in range(2)]
        assert [(answer.status_code, answer.json()) for answer in answers] == [
            (202, {"outcome": "filed"}),
            (202, {"outcome": "known"}),
        ]
        assert kept() == ["filed"]

    @pytest.mark.usefixtures("key")
    def test_may_be_large_but_not_larger(self, visitor: Visitor) -> None:
        assert send(visitor, mail() + b"x" * 14_000_000).status_code == 202
        assert refusal(send(visitor, mail() + b"x" * 15_100_000)) == (413, "content_too_large")
        answer = visitor.post("/api/complaints", data=b"x" * 1_100_000, headers={"Content-Type": "application/json"})
        assert answer.status_code == 413

    def test_is_described(self, visitor: Visitor) -> None:
        described = visitor.get("/api/openapi.json").json()["paths"]["/api/inbound-mail"]["post"]
        assert set(described["requestBody"]["content"]) == {"message/rfc822"}
        assert {"202", "401", "403", "404", "413"} <= set(described["responses"])


def send(visitor: Visitor, raw: bytes, *, key: str = KEY, at: int | None = None) -> requests.Response:
    stamp = str(at if at is not None else int(time.time()))
    headers = {"X-Signature": signature_of(key, stamp, raw), "X-Timestamp": stamp, "Content-Type": "message/rfc822"}
    return visitor.post("/api/inbound-mail", data=raw, headers=headers)


def refusal(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def kept() -> list[str]:
    with database.transaction() as session:
        return list(session.scalars(select(InboundMail.state)))


@pytest.fixture
def key(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The door is open to whoever has the key."""
    monkeypatch.setenv("INBOUND_MAIL_KEY", KEY)
    settings.cache_clear()
    yield
    settings.cache_clear()
