"""Trying out the shop's tokens by hand, and the example that shops copy."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from disputes.cli import app
from disputes.errors import Invalid
from disputes.people import shop_identity
from disputes.settings import settings
from tests.people.shop import KEY, NOBODYS_KEY, shop, token
from tests.stack import ROOT

__all__ = ["shop"]

MIA = SimpleNamespace(id=4711, email="Mia.Hughes@example.com", email_is_verified=True, name="Mia Hughes")


@pytest.mark.usefixtures("shop")
class TestByHand:
    def test_makes_a_token_that_is_taken(self) -> None:
        made = typed("--email", MIA.email, "--name", "Mia Hughes").strip()
        assert shop_identity.read(made).name == "Mia Hughes"
        assert typed("--check", said=made).startswith("It is taken until ")

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"key": NOBODYS_KEY}, "not signed with WIDGET_IDENTITY_KEY"),
            ({"email_verified": False}, "email_verified"),
            ({"exp": 9_999_999_999}, "longer than 15 minutes"),
            ({"iat": 1_000, "exp": 1_300}, "has run out"),
        ],
    )
    def test_says_why_one_is_not_and_not_what_is_in_it(self, changes: dict[str, Any], why: str) -> None:
        with pytest.raises(Invalid, match=why) as refusal:
            typed("--check", said=token(**changes))
        assert "mia" not in str(refusal.value).lower()

    def test_needs_somebody(self) -> None:
        with pytest.raises(Invalid, match="--email"):
            typed()


def test_without_a_secret_it_says_so() -> None:
    with pytest.raises(Invalid, match="not set"):
        typed("--email", MIA.email)


class TestTheExampleInTheDocuments:
    @pytest.fixture
    def chat_token(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        monkeypatch.setenv("WIDGET_IDENTITY_KEY", KEY)
        monkeypatch.setenv("PUBLIC_URL", "https://disputes.example.com")
        settings.cache_clear()
        found = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/embedding.md").read_text(), re.MULTILINE | re.DOTALL)
        made: dict[str, Any] = {}
        exec(found[0], made)
        return made["chat_token"]

    def test_is_taken(self, chat_token: Any) -> None:
        customer = shop_identity.read(chat_token(MIA))
        assert (customer.email, customer.name, customer.is_live) == ("mia.hughes@example.com", "Mia Hughes", True)
        assert customer.token != shop_identity.read(chat_token(MIA)).token

    def test_says_when_the_address_is_not_verified(self, chat_token: Any) -> None:
        with pytest.raises(shop_identity.NotTaken, match="unverified"):
            chat_token_of = SimpleNamespace(**{**vars(MIA), "email_is_verified": False})
            shop_identity.read(chat_token(chat_token_of))

    @pytest.mark.parametrize("language", ["js", "php"])
    def test_says_the_same_in_every_language(self, language: str) -> None:
        text = (ROOT / "docs/embedding.md").read_text()
        [block] = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        for word in ("HS256", "WIDGET_IDENTITY_KEY", "shop", "https://disputes.example.com", "email_verified", "300"):
            assert word in block


def typed(*words: str, said: str = "") -> str:
    """What the command prints; raises what it raises."""
    done = CliRunner().invoke(app, ["identity", *words], input=said, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout
