"""The message on the wire, the mail server and the folder."""

import shutil
import ssl
import subprocess
from datetime import UTC, datetime
from email import message_from_bytes
from email import policy as wire
from pathlib import Path
from typing import Any

import pytest

from disputes.notifications import mailbox
from disputes.notifications.letters import Letter
from disputes.notifications.mail import Envelope, compose
from disputes.notifications.senders import FolderSender, MailNotSent, SmtpSender
from tests.notifications.mail_server import MailServer


class TestHeaders:
    @pytest.mark.parametrize("field", ["recipient", "sender", "reply_to"])
    def test_cannot_be_slipped_in_through_an_address(self, field: str) -> None:
        with pytest.raises(ValueError, match=r"."):
            compose(LETTER, envelope(**{field: "a@example.com\r\nBcc: all@example.com"}))

    def test_cannot_be_slipped_in_through_words(self) -> None:
        with pytest.raises(ValueError, match=r"."):
            compose(Letter("Hi\r\nBcc: all@example.com", "text", "<p>html</p>"), envelope())

    def test_names_of_shops_may_have_any_letters(self) -> None:
        message = compose(LETTER, envelope(sender_name='Bücher & Söhne, "Laden"'))
        again = message_from_bytes(message.as_bytes(), policy=wire.default)
        assert again["From"].addresses[0].display_name == 'Bücher & Söhne, "Laden"'


class TestServerWithEncryption:
    def test_is_used_encrypted_when_it_offers_that(self, certificate: tuple[Path, Path]) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server = MailServer(tls_context=context, require_starttls=True)
        server.start()
        try:
            SmtpSender.of(server.url).send(compose(LETTER, envelope()))
        finally:
            server.stop()
        assert len(server.received) == 1

    @pytest.mark.database
    def test_gets_a_password_over_a_network_only_encrypted(self, server: MailServer) -> None:
        far = SmtpSender("localhost.localdomain", server.port, encrypted=False, user="u", password="p")
        near = SmtpSender("127.0.0.1", server.port, encrypted=False, user="u", password="p")
        for sender, reason in ((far, "no encryption|does not answer"), (near, "does not answer|said")):
            with pytest.raises(MailNotSent, match=reason):
                sender.send(compose(LETTER, envelope()))

    @pytest.mark.parametrize("url", ["", "localhost:25", "http://mail.example", "smtp://"])
    def test_needs_an_address_that_is_one(self, url: str) -> None:
        with pytest.raises(ValueError, match="SMTP_URL looks like"):
            SmtpSender.of(url)

    def test_address_may_have_a_user(self) -> None:
        sender = SmtpSender.of("smtps://us%40er:p%3Aw@mail.example")
        assert (sender.user, sender.password, sender.port, sender.encrypted) == ("us@er", "p:w", 465, True)


class TestFolder:
    def test_keeps_one_file_of_a_letter_sent_twice(self, tmp_path: Path) -> None:
        for _ in range(2):
            FolderSender(tmp_path).send(compose(LETTER, envelope()))
        assert len(list(tmp_path.iterdir())) == 1

    def test_shows_the_newest_first(self, tmp_path: Path) -> None:
        for day in (1, 3, 2):
            written = datetime(2026, 5, day, tzinfo=UTC)
            FolderSender(tmp_path).send(compose(LETTER, envelope(message_id=f"<{day}@x.example>", written_at=written)))
        assert [mail.at.day for mail in mailbox.letters(folder=tmp_path)] == [3, 2, 1]

    def test_that_is_not_there_is_empty(self, tmp_path: Path) -> None:
        assert mailbox.letters(folder=tmp_path / "none") == []

    @pytest.mark.parametrize("mail_id", ["../secret", "..%2fsecret", "/etc/passwd", "", "none"])
    def test_shows_nothing_else(self, tmp_path: Path, mail_id: str) -> None:
        (tmp_path / "secret.eml").write_text("Subject: no")
        (tmp_path / "mail").mkdir()
        assert mailbox.letter(mail_id, folder=tmp_path / "mail") is None

    def test_that_cannot_be_written_is_a_reason_to_try_again(self, tmp_path: Path) -> None:
        (tmp_path / "mail").write_text("a file is in the way")
        with pytest.raises(MailNotSent):
            FolderSender(tmp_path / "mail").send(compose(LETTER, envelope()))


LETTER = Letter("Hello", "text\n", "<p>html</p>")


def envelope(**changes: Any) -> Envelope:
    facts: dict[str, Any] = {
        "recipient": "mia.hughes@example.com",
        "sender": "support@casened.com",
        "sender_name": "casened.com",
        "reply_to": "support@casened.com",
        "message_id": "<1@casened.com>",
        "written_at": datetime(2026, 5, 12, tzinfo=UTC),
    }
    return Envelope(**(facts | changes))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate of the test server; it is not installed")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=mail.example",
         "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return certificate, key
