"""The mailbox is read once a mail, and no mail is lost between it and the database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from disputes import database
from disputes.inbound import imap
from disputes.inbound.imap import Mailbox, read_address
from disputes.inbound.tables import InboundMail
from disputes.settings import settings
from disputes.worker import inbound_jobs
from tests.cases.factories import filed
from tests.inbound.imap_server import PASSWORD, USER, MailServer, running
from tests.inbound.mails import mail


class TestAddress:
    def test_parts(self) -> None:
        found = read_address("imaps://support%40casened.com:a%2Fb%40c@mail.example.com/Complaints")
        assert (found.host, found.port, found.folder, found.secure) == ("mail.example.com", 993, "Complaints", True)
        assert (found.user, found.password) == (USER, PASSWORD)
        assert PASSWORD not in repr(found)

    @pytest.mark.parametrize(
        "url", ["https://a:b@c", "imaps://mail.example.com", "imap://a:secret@mail.example.com/INBOX"]
    )
    def test_that_cannot_be_used_names_no_password(self, url: str) -> None:
        with pytest.raises(ValueError, match="IMAP_URL") as fault:
            read_address(url)
        assert "secret" not in str(fault.value)


class TestFetching:
    def test_hands_over_what_is_unread_and_marks_it(self, server: MailServer) -> None:
        raws = [mail("one"), mail("two")]
        for raw in raws:
            server.deliver(raw)
        got: list[bytes] = []
        mailbox = Mailbox(server.url)
        assert mailbox.fetch_new(got.append) == 2
        assert got == raws
        assert all("\\Seen" in kept.flags for kept in server.mails.values())
        assert mailbox.fetch_new(got.append) == 0

    def test_marks_only_after_the_work_is_done(self, server: MailServer) -> None:
        uid = server.deliver(mail())
        flags: list[set[str]] = []
        Mailbox(server.url).fetch_new(lambda raw: flags.append(set(server.mails[uid].flags)))
        assert flags == [set()]
        assert "BODY[]" not in " ".join(server.commands)  # that would mark it while reading

    def test_a_database_that_is_away_leaves_all_unread(self, server: MailServer) -> None:
        server.deliver(mail())
        server.deliver(mail())

        def away(raw: bytes) -> None:
            raise OperationalError("SELECT 1", {}, Exception("away"))

        with capture_logs() as logs:
            assert Mailbox(server.url).fetch_new(away) == 0
        assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["inbound.database_away"]
        assert all(not kept.flags for kept in server.mails.values())

    def test_one_bad_mail_does_not_hold_up_the_next(self, server: MailServer) -> None:
        bad, good = server.deliver(mail("spoilt, not fresh")), server.deliver(mail("good"))
        got: list[bytes] = []

        def take(raw: bytes) -> None:
            if b"spoilt, not fresh" in raw:  # random ids in the head of a mail may spell a short word
                raise KeyError("personal words")
            got.append(raw)

        with capture_logs() as logs:
            assert Mailbox(server.url).fetch_new(take) == 1
        assert len(got) == 1
        assert server.mails[bad].flags == {"\\Flagged"}
        assert server.mails[good].flags == {"\\Seen"}
        assert "personal words" not in str(logs)

    def test_of_a_giant_only_the_head_is_taken(self, server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(imap, "LARGEST_MAIL", 1000)
        server.deliver(mail("x" * 2000, subject="a film"))
        got: list[bytes] = []
        Mailbox(server.url).fetch_new(got.append)
        assert b"a film" in got[0]
        assert b"xxx" not in got[0]

    def test_a_dead_server_is_one_warning(self) -> None:
        with running() as gone:
            url = gone.url
        mailbox = Mailbox(url)
        with capture_logs() as logs:
            assert [mailbox.fetch_new(lambda raw: None) for _ in range(3)] == [0, 0, 0]
        assert [line["event"] for line in logs] == ["inbound.mailbox_away"]
        assert PASSWORD not in str(logs)

    def test_a_wrong_password_is_one_warning(self, server: MailServer) -> None:
        mailbox = Mailbox(server.url.replace("a%2Fb", "wrong"))
        with capture_logs() as logs:
            assert mailbox.fetch_new(lambda raw: None) == 0
        assert [line["event"] for line in logs] == ["inbound.mailbox_away"]


class TestJob:
    def test_is_off_without_an_address(self, database_url: str) -> None:
        assert inbound_jobs.fetch_mail() == 0

    def test_files_each_mail_in_a_transaction_of_its_own(
        self, database_url: str, server: MailServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("IMAP_URL", server.url)
        settings.cache_clear()
        with database.transaction() as session:
            case = filed(session)
        server.deliver(mail("Here is more.", subject=case.reference))
        server.deliver(mail("Buy now", sender="eve@example.net"))
        assert inbound_jobs.fetch_mail() == 2
        for kept in server.mails.values():
            kept.flags.clear()  # as if this process had died before it marked them
        assert inbound_jobs.fetch_mail() == 2
        with database.transaction() as session:
            assert sorted(session.scalars(select(InboundMail.state))) == ["filed", "unmatched"]


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mailbox."""
    with running() as started:
        yield started
