"""The sign-in provider (OpenID Connect): authorization code with PKCE, state and nonce. Never touches the database.

The provider may be slow, down or wrong; that never takes longer than a few seconds, and signing in with a password
does not need it.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hmac import compare_digest
from ipaddress import ip_address
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from disputes import clock
from disputes.errors import Refused, Unavailable
from disputes.people.bounded import Bounded
from disputes.people.tokens import new_token
from disputes.settings import settings

CONNECT_SECONDS: Final = 2.0
READ_SECONDS: Final = 4.0
BUDGET_SECONDS: Final = 8.0
"""For all that is asked of the provider in one step of a sign-in."""

KNOWN_SECONDS: Final = 600.0
"""How long the provider's description and keys are remembered. An unknown key is asked for at once."""

LEEWAY_SECONDS: Final = 60
LARGEST_ANSWER: Final = 500_000
CALLBACK: Final = "/desk/sign-in/provider/callback"
SCOPE: Final = "openid email profile"
SIGNED_WITH: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a key that the provider alone has; `none` and shared secrets are never taken."""

log = structlog.get_logger(__name__)


class ProviderAway(Unavailable):
    """The provider does not answer, or not as a provider does; `reason` is for the log."""

    code = "provider_away"

    def __init__(self, reason: str) -> None:
        super().__init__("The sign-in provider does not answer now. Sign in with your password, or try again later.")
        self.reason = reason


class NotProved(Refused):
    """What came back from the provider proves nothing."""

    code = "not_proved"

    def __init__(self, reason: str) -> None:
        super().__init__("This sign-in could not be completed. Please begin it again.")
        self.reason = reason


@dataclass(frozen=True)
class Begun:
    """A sign-in on its way: where to send the browser, and what only this browser knows until it comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Who the provider says has signed in. `email` only when the provider has made sure of it."""

    issuer: str
    subject: str
    email: str | None
    claims: Mapping[str, Any]


class Provider:
    """One provider. Safe to use from several threads."""

    def __init__(self, issuer: str, client_id: str, client_secret: str) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._lock = Lock()
        self._known: dict[str, tuple[float, dict[str, Any]]] = {}

    def describe(self) -> dict[str, Any]:
        """The provider's description of itself (discovery). Raises `ProviderAway`."""
        described = self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration", _deadline())
        if described.get("issuer") != self.issuer:
            raise ProviderAway("it names another issuer than OIDC_ISSUER")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_safe_address(str(described.get(name, ""))):
                raise ProviderAway(f"its {name} is missing or not https")
        return described

    def begin(self, redirect_uri: str) -> Begun:
        """Where to send the browser. Raises `ProviderAway`."""
        described = self.describe()
        state, nonce, verifier = new_token(), new_token(), new_token() + new_token()
        with self._client(redirect_uri, described) as client:
            address, _ = client.create_authorization_url(
                described["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        return Begun(str(address), state, nonce, verifier)

    def complete(self, begun: Begun, *, code: str, state: str, redirect_uri: str) -> Identity:
        """Who has signed in, from what the browser brought back. Raises `NotProved`, `ProviderAway`."""
        if not compare_digest(state.encode(), begun.state.encode()):
            raise NotProved("the state is not the one of this browser")
        deadline, described = _deadline(), self.describe()
        token = self._fetch_token(described, code, begun.verifier, redirect_uri, deadline)
        claims = self._claims(described, str(token.get("id_token") or ""), begun.nonce, deadline)
        if "email" not in claims and described.get("userinfo_endpoint"):
            claims = {**self._user_info(described, token, str(claims["sub"]), deadline), **claims}
        verified = claims.get("email_verified") in (True, "true")
        email = str(claims["email"]).strip().lower() if verified and claims.get("email") else None
        return Identity(self.issuer, str(claims["sub"]), email, claims)

    def _fetch_token(
        self, described: Mapping[str, Any], code: str, verifier: str, redirect_uri: str, deadline: float
    ) -> Mapping[str, Any]:
        try:
            with self._client(redirect_uri, described) as client:
                _bound(client, deadline)
                found = client.fetch_token(
                    described["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    timeout=_seconds_left(deadline),
                    allow_redirects=False,
                )
        except OAuthError as fault:
            raise NotProved(f"the code was refused: {str(fault.error)[:60]}") from fault
        except (requests.RequestException, ValueError) as fault:
            raise ProviderAway(type(fault).__name__) from fault
        if not isinstance(found, Mapping):
            raise ProviderAway("its answer is no token")
        return found

    def _claims(self, described: Mapping[str, Any], id_token: str, nonce: str, deadline: float) -> dict[str, Any]:
        """What the signed token says, once signature, issuer, audience, time and nonce are right."""
        offered = described.get("id_token_signing_alg_values_supported") or SIGNED_WITH
        algorithms = [name for name in SIGNED_WITH if name in offered]
        try:
            try:
                token = jwt.decode(id_token, self._keys(described, deadline), algorithms)
            except (InvalidKeyIdError, ValueError):  # a key that is newer than what we remember
                token = jwt.decode(id_token, self._keys(described, deadline, again=True), algorithms)
            registry = jwt.JWTClaimsRegistry(
                now=int(clock.now().timestamp()),
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self.issuer},
                sub={"essential": True},
                aud={"essential": True, "value": self._client_id},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            registry.validate(token.claims)
        except (JoseError, ValueError) as fault:
            raise NotProved(f"the token is not good: {type(fault).__name__}") from fault
        claims: dict[str, Any] = dict(token.claims)
        if claims.get("azp", self._client_id) != self._client_id or not claims["sub"]:
            raise NotProved("the token was made for somebody else")
        return claims

    def _user_info(
        self, described: Mapping[str, Any], token: Mapping[str, Any], subject: str, deadline: float
    ) -> dict[str, Any]:
        address = str(described["userinfo_endpoint"])
        if not is_safe_address(address):
            raise ProviderAway("its userinfo_endpoint is not https")
        bearer = {"Authorization": f"Bearer {token.get('access_token', '')}"}
        found = self._get(address, deadline, headers=bearer, remember=False)
        return found if found.get("sub") == subject else {}

    def _keys(self, described: Mapping[str, Any], deadline: float, *, again: bool = False) -> KeySet:
        found: Any = self._get(str(described["jwks_uri"]), deadline, again=again)
        try:
            return KeySet.import_key_set(found)
        except (JoseError, ValueError, KeyError, TypeError) as fault:
            raise ProviderAway("its keys cannot be read") from fault

    def _get(
        self,
        address: str,
        deadline: float,
        *,
        headers: Mapping[str, str] | None = None,
        remember: bool = True,
        again: bool = False,
    ) -> dict[str, Any]:
        """A JSON object from the provider, from memory while it is fresh."""
        with self._lock:
            kept = self._known.get(address) if remember and not again else None
        if kept is not None and time.monotonic() - kept[0] < KNOWN_SECONDS:
            return kept[1]
        try:
            with requests.Session() as session:
                session.trust_env = not is_loopback(address)
                _bound(session, deadline)
                answer = session.get(
                    address, headers=headers, timeout=_seconds_left(deadline), allow_redirects=False, stream=True
                )
                answer.raise_for_status()
                if answer.is_redirect or int(answer.headers.get("content-length") or 0) > LARGEST_ANSWER:
                    raise ProviderAway("it redirects, or says too much")
                found = answer.json()
        except (requests.RequestException, ValueError) as fault:
            raise ProviderAway(type(fault).__name__) from fault
        if not isinstance(found, dict):
            raise ProviderAway("its answer is no object")
        if remember:
            with self._lock:
                self._known[address] = (time.monotonic(), found)
        return found

    def _client(self, redirect_uri: str, described: Mapping[str, Any]) -> Any:
        methods = described.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        client = OAuth2Session(
            self._client_id,
            self._client_secret,
            scope=SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if "client_secret_basic" in methods else methods[0],
        )
        client.trust_env = not is_loopback(self.issuer)
        return client


def current() -> Provider | None:
    """The provider of the settings; None when there is none."""
    chosen = settings()
    if not chosen.has_provider:
        return None
    return _provider(chosen.oidc_issuer, chosen.oidc_client_id, chosen.oidc_client_secret)


def is_safe_address(address: str) -> bool:
    """True for https, and for plain http on this machine."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(address)))


def is_loopback(address: str) -> bool:
    """True when the address is one of this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@cache
def _provider(issuer: str, client_id: str, client_secret: str) -> Provider:
    return Provider(issuer, client_id, client_secret)


def _bound(session: requests.Session, deadline: float) -> None:
    """Neither a length that is not told nor a slow trickle makes an answer larger or longer than it may be."""
    bounded = Bounded(LARGEST_ANSWER, deadline, lambda: ProviderAway("it says too much, or too slowly"))
    for scheme in ("https://", "http://"):
        session.mount(scheme, bounded)


def _deadline() -> float:
    return time.monotonic() + BUDGET_SECONDS


def _seconds_left(deadline: float) -> tuple[float, float]:
    left = deadline - time.monotonic()
    if left <= 0:
        raise ProviderAway("no time left")
    return min(CONNECT_SECONDS, left), min(READ_SECONDS, left)
