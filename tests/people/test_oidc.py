"""The sign-in provider, asked for real on loopback: what proves somebody, what does not, and what an outage costs."""

import base64
import contextlib
import hmac
import json
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from disputes import clock
from disputes.people import oidc
from disputes.people.oidc import Begun, NotProved, Provider, ProviderAway
from tests.people.oidc_server import RunningProvider, running_provider

BACK = "http://127.0.0.1:8000/desk/sign-in/provider/callback"


class TestBegin:
    def test_asks_for_a_code_with_pkce_state_and_nonce(self, running: RunningProvider) -> None:
        begun = provider(running).begin(BACK)
        asked = query(begun.address)
        assert asked["response_type"] == "code"
        assert asked["redirect_uri"] == BACK
        assert asked["code_challenge_method"] == "S256"
        assert (asked["state"], asked["nonce"]) == (begun.state, begun.nonce)
        assert begun.verifier not in begun.address
        assert len({begun.state, begun.nonce, begun.verifier}) == 3

    def test_each_one_is_new(self, running: RunningProvider) -> None:
        first, second = provider(running).begin(BACK), provider(running).begin(BACK)
        assert {first.state, first.nonce, first.verifier}.isdisjoint({second.state, second.nonce, second.verifier})


class TestComplete:
    def test_says_who_it_is(self, running: RunningProvider) -> None:
        running.knows("s1", email="Ada@Casened.com", email_verified=True)
        identity = signed_in(running, "s1")
        assert (identity.issuer, identity.subject, identity.email) == (running.url, "s1", "ada@casened.com")

    @pytest.mark.parametrize("claims", [{"email_verified": False}, {}, {"email_verified": "no"}])
    def test_an_address_that_nobody_made_sure_of_is_none(
        self, running: RunningProvider, claims: dict[str, Any]
    ) -> None:
        running.knows("s1", email="ada@casened.com", **claims)
        assert signed_in(running, "s1").email is None

    def test_the_secret_goes_to_the_provider_in_a_header_and_the_verifier_with_the_code(
        self, running: RunningProvider
    ) -> None:
        running.knows("s1", email="ada@casened.com", email_verified=True)
        signed_in(running, "s1")
        asked = running.parameters_of("/oauth2/token")
        assert asked["code_verifier"]
        assert "client_secret" not in asked

    def test_another_verifier_proves_nothing(self, running: RunningProvider) -> None:
        with pytest.raises(NotProved):
            signed_in(running, "s1", verifier="x" * 60)

    def test_nor_does_a_token_for_another_nonce(self, running: RunningProvider) -> None:
        with pytest.raises(NotProved):
            signed_in(running, "s1", nonce="another")

    def test_nor_does_another_state(self, running: RunningProvider) -> None:
        with pytest.raises(NotProved):
            signed_in(running, "s1", state="another")

    def test_nor_does_a_code_that_was_used(self, running: RunningProvider) -> None:
        chosen = provider(running)
        begun = chosen.begin(BACK)
        code = query(running.approve(begun.address, "s1"))["code"]
        chosen.complete(begun, code=code, state=begun.state, redirect_uri=BACK)
        with pytest.raises(NotProved):
            chosen.complete(begun, code=code, state=begun.state, redirect_uri=BACK)


class TestToken:
    """What is signed decides; the tokens here are made by hand, by whoever has a key."""

    def test_a_good_one_is_taken(self, chosen: "Chosen") -> None:
        assert chosen.read({})["sub"] == "s1"

    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param({"iss": "https://evil.example"}, id="another issuer"),
            pytest.param({"aud": "another"}, id="another client"),
            pytest.param({"aud": ["disputes", "another"], "azp": "another"}, id="made for another client"),
            pytest.param({"nonce": "another"}, id="another nonce"),
            pytest.param({"nonce": None}, id="no nonce"),
            pytest.param({"exp": 1}, id="over"),
            pytest.param({"exp": None}, id="without an end"),
            pytest.param({"sub": ""}, id="nobody"),
            pytest.param({"sub": None}, id="without a subject"),
        ],
    )
    def test_any_other_is_not(self, chosen: "Chosen", changes: dict[str, Any]) -> None:
        with pytest.raises(NotProved):
            chosen.read(changes)

    def test_nor_one_of_a_key_that_is_not_the_provider_s(self, chosen: "Chosen") -> None:
        with pytest.raises(NotProved):
            chosen.read({}, key=RSAKey.generate_key(2048, {"kid": "k1"}))

    def test_nor_one_signed_with_the_public_key_as_a_secret(self, chosen: "Chosen") -> None:
        """Made by hand: no library that is any good signs like this."""
        parts = [_encoded({"alg": "HS256", "kid": "k1"}), _encoded(chosen.claims())]
        made = hmac.new(chosen.key.as_pem(private=False), ".".join(parts).encode(), "sha256").digest()
        parts.append(base64.urlsafe_b64encode(made).decode().rstrip("="))
        with pytest.raises(NotProved):
            chosen.provider._claims(chosen.described, ".".join(parts), "n", time.monotonic() + 5)

    @pytest.mark.parametrize("text", ["", "not.a.token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzMSJ9."])
    def test_nor_anything_unsigned(self, chosen: "Chosen", text: str) -> None:
        with pytest.raises(NotProved):
            chosen.provider._claims(chosen.described, text, "n", time.monotonic() + 5)

    def test_a_key_that_is_new_is_asked_for(self, chosen: "Chosen") -> None:
        chosen.read({})
        chosen.key = RSAKey.generate_key(2048, {"kid": "k2"})
        assert chosen.read({}, header={"alg": "RS256", "kid": "k2"})["sub"] == "s1"


class TestAway:
    def test_nobody_listens(self) -> None:
        with pytest.raises(ProviderAway):
            Provider("http://127.0.0.1:9", "disputes", "secret").begin(BACK)

    def test_it_never_answers(self, running: RunningProvider, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(oidc, "READ_SECONDS", 0.2)
        running.silent.set()
        began = time.monotonic()
        with pytest.raises(ProviderAway) as away:
            provider(running).begin(BACK)
        assert time.monotonic() - began < oidc.BUDGET_SECONDS
        assert "password" in away.value.message

    def test_it_names_another_issuer(self, running: RunningProvider) -> None:
        with pytest.raises(ProviderAway):
            Provider(running.url + "/", "disputes", "secret").begin(BACK)

    def test_it_is_asked_about_itself_once(self, running: RunningProvider) -> None:
        chosen = provider(running)
        for _ in range(3):
            chosen.begin(BACK)
        assert [path for path, _ in running.asked].count("/.well-known/openid-configuration") == 1


class TestAnAnswerWithoutAnEnd:
    """Sent in pieces, so that no length is told beforehand."""

    def test_is_not_read_to_its_end(self, endless: "Endless") -> None:
        began = time.monotonic()
        with pytest.raises(ProviderAway) as away:
            Provider(endless.url, "disputes", "secret").begin(BACK)
        assert away.value.reason == "it says too much, or too slowly"
        assert time.monotonic() - began < oidc.BUDGET_SECONDS
        assert endless.closed.wait(10)
        assert endless.sent < 20 * oidc.LARGEST_ANSWER

    def test_nor_one_that_grows_when_it_is_unpacked(self, endless: "Endless") -> None:
        endless.packed = True
        with pytest.raises(ProviderAway) as away:
            Provider(endless.url, "disputes", "secret").begin(BACK)
        assert away.value.reason == "it says too much, or too slowly"
        assert endless.closed.wait(10)

    def test_nor_one_that_trickles(self, endless: "Endless", monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(oidc, "BUDGET_SECONDS", 0.5)
        endless.trickles = True
        with pytest.raises(ProviderAway):
            Provider(endless.url, "disputes", "secret").begin(BACK)
        assert endless.closed.wait(10)
        assert endless.sent < 1_000_000

    def test_nor_a_token(self, running: RunningProvider, endless: "Endless") -> None:
        chosen = provider(running)
        begun = chosen.begin(BACK)
        described = {**chosen.describe(), "token_endpoint": endless.url}
        with pytest.raises(ProviderAway) as away:
            chosen._fetch_token(described, "code", begun.verifier, BACK, time.monotonic() + 5)
        assert away.value.reason == "it says too much, or too slowly"
        assert endless.closed.wait(10)


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://login.example.com", True),
        ("http://127.0.0.1:8080", True),
        ("http://localhost", True),
        ("http://login.example.com", False),
        ("ftp://127.0.0.1", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_nothing_secret_travels_in_the_open(address: str, safe: bool) -> None:
    assert oidc.is_safe_address(address) is safe


class Endless:
    """A server that begins an answer and goes on with it until nobody listens any more."""

    def __init__(self) -> None:
        self.sent, self.closed, self.packed, self.trickles = 0, Event(), False, False
        told = self

        class Answer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Transfer-Encoding", "chunked")
                if told.packed:
                    self.send_header("Content-Encoding", "gzip")
                self.end_headers()
                told.send(self.wfile)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.do_GET()

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def send(self, out: BufferedIOBase) -> None:
        """Piece after piece; spaces, which may stand anywhere in JSON."""
        spaces, packer = b" " * (1 if self.trickles else 50_000), zlib.compressobj(wbits=31)
        with contextlib.suppress(OSError):
            while True:
                piece = packer.compress(spaces * 40) + packer.flush(zlib.Z_SYNC_FLUSH) if self.packed else spaces
                out.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.sent += len(piece)
                if self.trickles:
                    Event().wait(0.02)
        self.closed.set()


@pytest.fixture
def endless() -> Iterator[Endless]:
    """It runs on a port of its own."""
    found = Endless()
    runner = Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    runner.start()
    yield found
    found.server.shutdown()
    runner.join(10)
    found.server.server_close()


def provider(running: RunningProvider) -> Provider:
    return Provider(running.url, "disputes", "secret")


def signed_in(running: RunningProvider, subject: str, **changes: str) -> oidc.Identity:
    """The whole way; `changes` are what somebody brings back that is not what was begun."""
    chosen = provider(running)
    begun = chosen.begin(BACK)
    code = query(running.approve(begun.address, subject))["code"]
    mine = Begun("", begun.state, changes.get("nonce", begun.nonce), changes.get("verifier", begun.verifier))
    return chosen.complete(mine, code=code, state=changes.get("state", begun.state), redirect_uri=BACK)


def query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


class Chosen:
    """A provider whose key the test has."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.provider = Provider("https://login.example.com", "disputes", "secret")
        self.key = RSAKey.generate_key(2048, {"kid": "k1"})
        self.described = {"jwks_uri": "https://login.example.com/keys"}
        self._shown: Any = None

        def get(_provider: Provider, _address: str, _deadline: float, *, again: bool = False, **_rest: Any) -> Any:
            if self._shown is None or again:
                self._shown = KeySet([self.key]).as_dict(private=False)
            return self._shown

        monkeypatch.setattr(Provider, "_get", get)

    def read(self, changes: dict[str, Any], *, key: Any = None, header: dict[str, Any] | None = None) -> dict[str, Any]:
        given = {name: value for name, value in (self.claims() | changes).items() if value is not None}
        head = header or {"alg": "RS256", "kid": "k1"}
        text = jwt.encode(head, given, key or self.key, algorithms=[head["alg"]])
        return self.provider._claims(self.described, text, "n", time.monotonic() + 5)

    def claims(self) -> dict[str, Any]:
        """Those of a good token."""
        now = int(clock.now().timestamp())
        times = {"exp": now + 300, "iat": now}
        return {"iss": self.provider.issuer, "sub": "s1", "aud": "disputes", "nonce": "n", **times}


def _encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> Chosen:
    return Chosen(monkeypatch)


@pytest.fixture
def running() -> Iterator[RunningProvider]:
    with running_provider() as started:
        yield started
