"""The shop's word for who is signed in: only what exactly the shop signs, for us, for a few minutes, is believed."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
import time_machine
from pydantic import ValidationError

from disputes.people import shop_identity
from disputes.people.shop_identity import NotTaken, read
from disputes.settings import LOOPBACK_ONLY_KEY, settings
from tests.people.shop import KEY, KEY_BEFORE, NOBODYS_KEY, by_hand, claims, shop, token

__all__ = ["shop"]

LONG_AGO = int(time.time()) - 3_600


@pytest.mark.usefixtures("shop")
class TestGenuine:
    def test_says_who_it_is(self) -> None:
        customer = read(token())
        assert (customer.email, customer.name, customer.is_live) == ("mia.hughes@example.com", "Mia Hughes", True)

    def test_a_name_may_be_missing(self) -> None:
        assert read(token(name=None)).name is None

    def test_holds_neither_the_account_nor_the_token(self) -> None:
        customer = read(token(sub="account-4711"))
        assert "4711" not in repr(customer)
        assert token()[:20] not in repr(customer)

    def test_one_person_is_one_person_and_each_token_is_another(self) -> None:
        one, two = read(token()), read(token())
        assert one.person == two.person
        assert one.token != two.token

    @pytest.mark.parametrize("changes", [{"sub": "another account"}, {"email": "other@example.com"}])
    def test_another_account_or_address_is_another_person(self, changes: dict[str, Any]) -> None:
        assert read(token()).person != read(token(**{"sub": "account", **changes})).person

    def test_where_one_ends_and_the_other_begins_cannot_be_moved(self) -> None:
        assert read(token(sub="a", email="b@example.com")).person != read(token(sub="ab", email="@example.com")).person

    def test_what_the_command_makes_is_believed(self) -> None:
        customer = read(shop_identity.make("Mia.Hughes@example.com", name="Mia"))
        assert (customer.email, customer.name, customer.is_live) == ("mia.hughes@example.com", "Mia", True)

    def test_one_that_has_run_out_says_who_it_was_and_is_not_live(self) -> None:
        spent = token()
        with time_machine.travel(time.time() + 331):
            assert not read(spent).is_live

    def test_clocks_may_differ_by_half_a_minute(self) -> None:
        now = int(time.time())
        assert read(token(iat=now + 20, exp=now + 300)).is_live
        assert read(token(iat=now - 300, exp=now - 20)).is_live


@pytest.mark.usefixtures("shop")
class TestForged:
    def refused(self, made: str) -> str:
        with pytest.raises(NotTaken) as refusal:
            read(made)
        assert not made or made not in str(refusal.value)
        return refusal.value.why

    def test_signed_with_another_secret(self) -> None:
        assert self.refused(token(key=NOBODYS_KEY)) == "foreign"

    @pytest.mark.parametrize("known", [LOOPBACK_ONLY_KEY, "", "secret", KEY[:-1], KEY + "x"])
    def test_signed_with_what_everybody_knows_or_nearly_ours(self, known: str) -> None:
        assert self.refused(by_hand({"alg": "HS256", "typ": "JWT"}, claims(), known)) == "foreign"

    def test_not_signed_at_all(self) -> None:
        assert self.refused(jwt.encode(claims(), "", algorithm="none")) == "foreign"

    @pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", "HS512", "RS256", "ES256", "hs256", "", "XYZ"])
    def test_named_another_algorithm_with_a_good_signature(self, name: str) -> None:
        assert self.refused(by_hand({"alg": name, "typ": "JWT"}, claims())) in ("foreign", "faulty")

    @pytest.mark.parametrize("name", ["HS384", "HS512"])
    def test_signed_with_our_secret_and_another_algorithm(self, name: str) -> None:
        assert self.refused(token(algorithm=name)) == "foreign"

    @pytest.mark.parametrize("header", [{}, {"alg": None}, {"alg": ["HS256"]}, {"alg": {"x": 1}}, {"alg": 1}])
    def test_with_no_algorithm_to_speak_of(self, header: dict[str, Any]) -> None:
        assert self.refused(by_hand(header, claims())) in ("foreign", "faulty")

    @pytest.mark.parametrize(
        "extra",
        [
            {"kid": "../../etc/passwd"},
            {"jku": "https://evil.example/keys"},
            {"jwk": {"kty": "oct", "k": base64.urlsafe_b64encode(NOBODYS_KEY.encode()).decode()}},
            {"x5u": "https://evil.example/cert"},
        ],
    )
    def test_that_brings_its_own_key(self, extra: dict[str, Any]) -> None:
        assert self.refused(by_hand({"alg": "HS256", "typ": "JWT", **extra}, claims(), NOBODYS_KEY)) in (
            "foreign",
            "faulty",
        )

    def test_with_what_must_be_understood_and_is_not(self) -> None:
        assert self.refused(by_hand({"alg": "HS256", "crit": ["exp"], "exp": 1}, claims())) == "faulty"
        assert self.refused(by_hand({"alg": "HS256", "b64": False, "crit": ["b64"]}, claims())) == "faulty"

    def test_with_its_content_changed(self) -> None:
        head, _, signature = token().split(".")
        other = base64.urlsafe_b64encode(json.dumps(claims("victim@example.com")).encode()).rstrip(b"=").decode()
        assert self.refused(f"{head}.{other}.{signature}") == "foreign"

    def test_with_its_signature_cut_off_or_changed(self) -> None:
        head, body, signature = token().split(".")
        assert self.refused(f"{head}.{body}.") == "foreign"
        assert self.refused(f"{head}.{body}") == "faulty"
        assert self.refused(f"{head}.{body}.{signature[:-4]}") in ("foreign", "faulty")
        assert self.refused(f"{head}.{body}.{'A' * len(signature)}") == "foreign"

    @pytest.mark.parametrize(
        "text", ["", ".", "..", "a.b.c", "é.é.é", "\ud800", "null", "{}", " ", "x" * 10, "\0.\0.\0"]
    )
    def test_no_token_at_all(self, text: str) -> None:
        assert self.refused(text) == "faulty"

    def test_very_long(self) -> None:
        assert self.refused(token(note="x" * 10_000)) == "faulty"

    @pytest.mark.parametrize("payload", [[], "text", 7, None, [["iss", "shop"]]], ids=str)
    def test_whose_content_is_no_set_of_claims(self, payload: Any) -> None:
        assert self.refused(by_hand({"alg": "HS256"}, payload)) == "faulty"


@pytest.mark.usefixtures("shop")
class TestClaims:
    def refused(self, **changes: Any) -> str:
        with pytest.raises(NotTaken) as refusal:
            read(token(**changes))
        return refusal.value.why

    @pytest.mark.parametrize("claim", ["iss", "aud", "sub", "email", "email_verified", "iat", "exp"])
    def test_each_must_be_there(self, claim: str) -> None:
        assert self.refused(**{claim: None}) == "faulty"

    def test_made_for_another_program(self) -> None:
        assert self.refused(aud="https://elsewhere.example") == "foreign"

    def test_made_for_several(self) -> None:
        assert self.refused(aud=[settings().base_url, "https://elsewhere.example"]) == "foreign"
        assert self.refused(aud=[settings().base_url]) == "foreign"

    @pytest.mark.parametrize("issuer", ["elsewhere", "Shop", "shop ", ""])
    def test_made_by_another(self, issuer: str) -> None:
        assert self.refused(iss=issuer) in ("foreign", "faulty")

    @pytest.mark.parametrize("word", [False, "true", 1, "yes", "false"])
    def test_an_address_that_the_shop_has_not_made_sure_of(self, word: Any) -> None:
        """Whoever opens an account at the shop under somebody else's address is not that person."""
        assert self.refused(email_verified=word) == "unverified"

    @pytest.mark.parametrize("seconds", [901, 3_600, 10 * 365 * 86_400])
    def test_made_to_last_longer_than_a_quarter_of_an_hour(self, seconds: int) -> None:
        assert self.refused(exp=int(time.time()) + seconds) == "faulty"

    def test_made_long_ago_to_last_until_now(self) -> None:
        assert self.refused(iat=LONG_AGO) == "faulty"

    def test_made_tomorrow(self) -> None:
        tomorrow = int(time.time()) + 86_400
        assert self.refused(iat=tomorrow, exp=tomorrow + 60) == "faulty"
        assert self.refused(nbf=tomorrow) == "faulty"

    def test_that_ends_before_it_begins(self) -> None:
        now = int(time.time())
        assert self.refused(iat=now, exp=now) == "faulty"
        assert self.refused(iat=now, exp=now - 10) == "faulty"

    @pytest.mark.parametrize("claim", ["iat", "exp"])
    @pytest.mark.parametrize("odd", ["soon", True, [], {}, float("inf"), 1e400, -1, "9999999999", 1.5])
    def test_times_that_are_none(self, claim: str, odd: Any) -> None:
        assert self.refused(**{claim: odd}) == "faulty"

    @pytest.mark.parametrize("odd", [7, [], ["mia.hughes@example.com"], {"x": 1}, "", "  ", True])
    def test_addresses_that_are_none(self, odd: Any) -> None:
        assert self.refused(email=odd, sub="account") == "faulty"

    @pytest.mark.parametrize("odd", [7, [], "", "  "])
    def test_accounts_that_are_none(self, odd: Any) -> None:
        assert self.refused(sub=odd) == "faulty"

    @pytest.mark.parametrize("odd", [7, [], {"x": 1}, True])
    def test_a_name_that_is_none_is_no_name(self, odd: Any) -> None:
        assert read(token(name=odd)).name is None


class TestSecrets:
    def test_without_one_every_token_is_refused(self) -> None:
        for made in (
            token(),
            by_hand({"alg": "HS256"}, claims(), ""),
            jwt.encode(claims(), "", algorithm="none"),
            "",
        ):
            with pytest.raises(NotTaken) as refusal:
                read(made)
            assert refusal.value.why == "off"
        with pytest.raises(NotTaken):
            shop_identity.make("mia.hughes@example.com")

    @pytest.mark.usefixtures("shop")
    def test_the_one_before_counts_while_it_is_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(NotTaken):
            read(token(key=KEY_BEFORE))
        monkeypatch.setenv("WIDGET_IDENTITY_KEY_BEFORE", KEY_BEFORE)
        settings.cache_clear()
        assert read(token(key=KEY_BEFORE)).person == read(token()).person
        with pytest.raises(NotTaken):
            read(token(key=NOBODYS_KEY))

    def test_the_secret_for_cookies_is_not_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SECRET_KEY", NOBODYS_KEY)
        monkeypatch.setenv("WIDGET_IDENTITY_KEY", KEY)
        settings.cache_clear()
        with pytest.raises(NotTaken):
            read(token(key=NOBODYS_KEY))

    @pytest.mark.parametrize("name", ["WIDGET_IDENTITY_KEY", "WIDGET_IDENTITY_KEY_BEFORE"])
    @pytest.mark.parametrize("weak", ["x", "x" * 31, NOBODYS_KEY, KEY_BEFORE])
    def test_a_weak_or_shared_one_stops_the_program(
        self, monkeypatch: pytest.MonkeyPatch, name: str, weak: str
    ) -> None:
        monkeypatch.setenv("SECRET_KEY", NOBODYS_KEY)
        monkeypatch.setenv("RASA_TOKEN", KEY_BEFORE)
        monkeypatch.setenv(name, weak)
        settings.cache_clear()
        with pytest.raises(ValidationError):
            settings()
        monkeypatch.delenv(name)
        settings.cache_clear()
