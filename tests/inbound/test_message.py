"""Mails are read, however broken; what a program wrote is known by its marks."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disputes.inbound import message
from disputes.inbound.message import IncomingMail
from disputes.inbound.plain import LONGEST_TEXT, new_part, text_of_html
from disputes.inbound.wishes import wish_in
from tests.inbound.mails import MIA, REPORT_ID, SUPPORT, mail, report

GMAIL = """Yes, the box was open.

On Mon, 3 Nov 2025 at 10:00, casened.com <support@casened.com> wrote:

> Dear Mia Hughes,
>
> was the box open when it came?
"""
OUTLOOK = """The seal was broken as well.

________________________________
From: casened.com <support@casened.com>
Sent: Monday, November 3, 2025 10:00 AM
To: Mia Hughes <mia.hughes@example.com>
Subject: A question about your complaint

Dear Mia Hughes,
"""


def read(raw: bytes) -> IncomingMail:
    return message.read(raw, own=frozenset({SUPPORT}))


class TestWords:
    def test_history_is_cut_and_the_original_is_kept(self) -> None:
        got = read(mail(GMAIL))
        assert got.text == "Yes, the box was open."
        assert "was the box open when it came?" in got.original

    def test_history_as_outlook_writes_it(self) -> None:
        assert read(mail(OUTLOOK)).text == "The seal was broken as well."

    def test_a_signature_is_cut(self) -> None:
        assert read(mail("Please call me.\n\n-- \nMia Hughes\nDirector\n")).text == "Please call me."

    def test_answers_between_the_questions_stay(self) -> None:
        text = read(mail("> Was the box open?\nYes, it was.\n\n> And the seal?\nGone.\n")).text
        assert "Yes, it was." in text
        assert "Gone." in text

    def test_a_mail_of_nothing_but_history_is_kept_whole(self) -> None:
        assert "was the box open" in read(mail("> was the box open when it came?\n")).text

    def test_html_only(self) -> None:
        raw = b"From: mia.hughes@example.com\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + (
            b"<html><head><style>p {}</style></head><body><p>It is <b>broken</b> &amp; wet.</p>"
            b"<blockquote>Dear Mia</blockquote><script>alert(1)</script></body></html>"
        )
        got = read(raw)
        assert got.text == "It is broken & wet."
        assert "> Dear Mia" in got.original
        assert "alert" not in got.original

    def test_plain_text_is_preferred_to_html(self) -> None:
        raw = (
            b"From: mia.hughes@example.com\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
            b"--b\r\nContent-Type: text/plain\r\n\r\nplain words\r\n"
            b"--b\r\nContent-Type: text/html\r\n\r\n<p>marked</p>\r\n--b--\r\n"
        )
        assert read(raw).text == "plain words"

    @pytest.mark.parametrize("charset", ["x-unknown", "hex", "idna", "utf-8", "us-ascii", ""])
    def test_a_wrong_charset_loses_nothing_but_marks(self, charset: str) -> None:
        raw = (
            f"From: {MIA}\r\nContent-Type: text/plain; charset={charset}\r\n\r\n".encode()
            + "Der Kuehlschrank läuft".encode("cp1252")
        )
        assert "Kuehlschrank l" in read(raw).text

    def test_signs_that_cannot_be_stored_are_left_out(self) -> None:
        assert read(f"From: {MIA}\r\n\r\nhello\x00 there".encode()).text == "hello there"

    def test_a_huge_text_is_cut(self) -> None:
        got = read(mail("It is broken. " * 200_000))
        assert len(got.text) <= LONGEST_TEXT
        assert len(got.original) <= message.LONGEST_ORIGINAL

    @pytest.mark.parametrize(
        "text",
        [
            "On " * 40_000,
            "\n" * 100_000,
            "> a\n\n" * 20_000,
            "On a, b <a@b> " * 9_000,
            "-- \n" * 30_000,
            "From: a\n" * 9_000,
        ],
    )
    def test_no_text_keeps_the_patterns_busy(self, text: str) -> None:
        """Without `plain.WINDOW` the first two take minutes."""
        started = time.process_time()
        new_part(text)
        assert time.process_time() - started < 15

    def test_parts_inside_each_other_a_thousand_times(self) -> None:
        parts = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(3000))
        assert read(f"From: {MIA}\r\nSubject: hi\r\n{parts}".encode()).subject == "hi"

    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=400))
    def test_any_bytes_are_a_mail(self, raw: bytes) -> None:
        read(raw)
        read(
            b"From: =?x?q?\xff?= <a@b\r\nContent-Type: multipart/mixed; boundary=b\r\nSubject: "
            + raw
            + b"\r\n\r\n--b\r\n"
            + raw
        )


class TestSender:
    @pytest.mark.parametrize(
        "written",
        [
            MIA,
            f"Mia Hughes <{MIA}>",
            f'"Hughes, Mia" <{MIA.upper()}>',
            f"=?utf-8?q?M=C3=ADa?= <{MIA}>",
            f"Mia H. Hughes <{MIA}>",
        ],
    )
    def test_is_the_address_in_lower_case(self, written: str) -> None:
        assert read(f"From: {written}\r\n\r\nhi".encode()).sender == MIA

    @pytest.mark.parametrize("head", [
        "Subject: hi",
        f"From: {MIA}, eve@example.net",
        f"From: {MIA}\r\nFrom: eve@example.net",
        f"From: {MIA} <eve@example.net>",
        "From: nobody",
        f"From: <{MIA}> <eve@example.net>",
    ])  # fmt: skip
    def test_is_nobody_when_it_can_be_read_in_two_ways(self, head: str) -> None:
        assert read(f"{head}\r\n\r\nhi".encode()).sender != MIA

    def test_an_encoded_name_is_only_a_name(self) -> None:
        assert (
            read(b"From: =?utf-8?q?mia=2Ehughes=40example=2Ecom=3E?= <eve@example.net>\r\n\r\nhi").sender
            == "eve@example.net"
        )


class TestKey:
    def test_is_the_same_for_a_copy(self) -> None:
        raw = mail(message_id="<a@b.example>")
        assert read(raw).key == read(b"Received: from elsewhere\r\n" + raw).key

    def test_without_an_id_it_is_made_of_the_mail(self) -> None:
        first, second = (read(f"From: {MIA}\r\n\r\n{text}".encode()) for text in ("one", "two"))
        assert first.key.startswith("raw:")
        assert first.key != second.key

    def test_nobody_can_use_up_somebody_elses(self) -> None:
        mine, theirs = mail(message_id="<a@b.example>"), mail(message_id="<a@b.example>", sender="eve@example.net")
        assert read(mine).key != read(theirs).key


class TestMachines:
    @pytest.mark.parametrize(("headers", "why"), [
        ({"Auto_Submitted": "auto-replied"}, "auto_submitted"),
        ({"Auto_Submitted": "Auto-Generated; type=x"}, "auto_submitted"),
        ({"Precedence": "bulk"}, "precedence"),
        ({"Precedence": "List"}, "precedence"),
        ({"Precedence": "junk"}, "precedence"),
        ({"List_Id": "<news.example.com>"}, "list"),
        ({"List_Unsubscribe": "<https://example.com>"}, "list"),
        ({"X_Autoreply": "yes"}, "auto_reply"),
        ({"X_Autorespond": "yes"}, "auto_reply"),
        ({"Return_Path": "<>"}, "no_return_path"),
        ({"sender": SUPPORT}, "own_address"),
        ({"sender": "Support <SUPPORT@casened.com>"}, "own_address"),
        ({"sender": "mailer-daemon@example.com"}, "mail_system"),
    ])  # fmt: skip
    def test_are_known_by(self, headers: dict[str, str], why: str) -> None:
        assert read(mail(**headers)).machine == why  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "headers", [{}, {"Auto_Submitted": "no"}, {"Return_Path": f"<{MIA}>"}, {"Precedence": "normal"}]
    )
    def test_people_are_not(self, headers: dict[str, str]) -> None:
        assert read(mail(**headers)).machine is None  # type: ignore[arg-type]


class TestReports:
    def test_name_the_letter_and_nobody(self) -> None:
        found = read(report()).report
        assert found is not None
        assert found.failed
        assert found.message_ids == (REPORT_ID,)
        assert found.reason == "returned by a mail server: the mailbox does not exist (5.1.1)"

    def test_a_late_letter_has_not_failed(self) -> None:
        found = read(report(action="delayed", status="4.4.1")).report
        assert found is not None
        assert not found.failed

    def test_without_the_form_from_a_mail_system(self) -> None:
        raw = mail(
            f"Hi. This is qmail.\n\nMessage-ID: {REPORT_ID}\n", sender="MAILER-DAEMON@mx.example.com", Return_Path="<>"
        )
        found = read(raw).report
        assert found is not None
        assert found.message_ids == (REPORT_ID,)

    def test_an_answer_of_an_absent_person_is_none(self) -> None:
        raw = mail(
            f"I am away.\n\nMessage-ID: {REPORT_ID}", answers=REPORT_ID, Auto_Submitted="auto-replied", Return_Path="<>"
        )
        got = read(raw)
        assert got.report is None
        assert got.machine == "auto_submitted"

    def test_a_person_who_quotes_a_letter_is_none(self) -> None:
        assert read(mail(f"Message-ID: {REPORT_ID}", answers=REPORT_ID)).report is None


class TestFiles:
    def test_come_with_their_names(self) -> None:
        got = read(mail(files={"box.jpg": b"picture", "bill.pdf": b"paper"}))
        assert [(file.filename, file.content) for file in got.attachments] == [
            ("box.jpg", b"picture"),
            ("bill.pdf", b"paper"),
        ]

    def test_a_logo_in_the_text_is_none(self) -> None:
        head = f"From: {MIA}\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n"
        picture = (
            "--b\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\nContent-Disposition: inline\r\n\r\n{}\r\n--b--\r\n"
        )
        assert read((head + picture.format("x" * 100)).encode()).attachments == ()
        assert len(read((head + picture.format("x" * 30_000)).encode()).attachments) == 1

    def test_a_mail_inside_is_one_file(self) -> None:
        inner = mail("inner words", files={"inner.pdf": b"paper"}).decode().replace("\n", "\r\n")
        raw = (
            f"From: {MIA}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nouter\r\n"
            f"--b\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--b--\r\n"
        )
        got = read(raw.encode())
        assert got.text == "outer"
        assert len(got.attachments) == 1


@pytest.mark.parametrize(("text", "wish"), [
    ("I accept your offer.", "accept"), ("OK, deal", "accept"), ("I do not accept this", "refuse"),
    ("I can’t accept that", "refuse"), ("I reject the offer", "refuse"), ("Please withdraw my complaint", "withdraw"),
    ("STOP", "withdraw"), ("Close the case, please", "withdraw"), ("The parcel stopped in Leeds", None),
    ("Thank you", None),
])  # fmt: skip
def test_words_that_sound_like_a_decision(text: str, wish: str | None) -> None:
    assert wish_in(text) == wish


def test_html_that_never_ends() -> None:
    assert text_of_html("<div" * 5000) is not None
