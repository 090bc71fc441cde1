"""The shop, the policy, and the letters that only this machine may read."""

from html import unescape

import pytest

from disputes import clock, policy
from disputes.policy.explain import explain, version_of
from disputes.settings import settings
from tests.serving import Visitor

LETTER = b"""From: shop@casened.com
To: mia@example.com
Subject: We have your complaint
Date: Tue, 12 May 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=x

--x
Content-Type: text/plain; charset=utf-8

Hello <b>Mia</b>
--x
Content-Type: text/html; charset=utf-8

<p style="color:red">Hello <script>alert(1)</script></p>
--x--
"""


def test_the_policy_page_holds_every_clause_and_deadline(visitor: Visitor) -> None:
    page = visitor.open("/policy")
    for clause in policy.current().clauses.values():
        assert clause.title in page
    for name in ("first_answer_days", "final_response_days", "hard_cap_days"):
        assert policy.current().words[name] in page


@pytest.mark.usefixtures("each_policy")
def test_the_policy_page_holds_all_that_is_explained(visitor: Visitor) -> None:
    page = unescape(visitor.open("/policy"))
    for section in explain(policy.current(), clock.now()):
        assert f'id="{section.id}"' in page
        assert f'href="#{section.id}"' in page
        for row in section.rows:
            assert row.term in page
            assert row.words in page
            for item in row.items:
                assert item in page
    assert version_of(policy.current()) in page


def test_the_shop_leads_to_help(visitor: Visitor) -> None:
    page = visitor.open("/")
    for path in ("/complaint", "/status", "/policy"):
        assert f'href="{path}"' in page


class TestLetters:
    def test_are_shown_here(self, visitor: Visitor, letter: str) -> None:
        assert "We have your complaint" in visitor.open("/dev/mail")
        page = visitor.open(f"/dev/mail/{letter}")
        assert "Hello &lt;b&gt;Mia&lt;/b&gt;" in page
        assert 'sandbox title="The letter as HTML"' in page

    def test_their_html_can_do_nothing(self, visitor: Visitor, letter: str) -> None:
        answer = visitor.get(f"/dev/mail/{letter}/html")
        allowed = answer.headers["content-security-policy"]
        assert "default-src 'none'" in allowed
        assert "sandbox" in allowed
        assert "script-src" not in allowed
        assert "frame-ancestors 'self'" in allowed

    @pytest.mark.parametrize("headers", [{"Host": "shop.example"}, {"X-Forwarded-For": "192.0.2.1"}])
    def test_are_nobody_elses(self, visitor: Visitor, letter: str, headers: dict[str, str]) -> None:
        for path in ("/dev/mail", f"/dev/mail/{letter}", f"/dev/mail/{letter}/html"):
            assert visitor.get(path, headers=headers).status_code == 404

    def test_are_not_shown_where_mail_is_sent(self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SMTP_URL", "smtp://mail.example")
        settings.cache_clear()
        assert visitor.get("/dev/mail").status_code == 404

    @pytest.mark.parametrize("name", ["nothing", "..%2f..%2fetc%2fpasswd", "%00"])
    def test_other_files_are_not_letters(self, visitor: Visitor, name: str) -> None:
        assert visitor.get(f"/dev/mail/{name}").status_code == 404


@pytest.fixture
def letter() -> str:
    folder = settings().var_dir / "mail"
    folder.mkdir(parents=True)
    (folder / "20260512-100000-abc.eml").write_bytes(LETTER)
    return "20260512-100000-abc"
