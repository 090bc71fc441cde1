"""Who the shop says its signed-in customer is: a short-lived token that only the shop's server can sign.

A JWT, signed with HS256 and a secret that the shop shares with us; two secrets at a time, so that one can follow the
other. What is not exactly that is refused, and nothing but the reason is told: neither tokens nor what is in them are
logged, counted by person, or kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from uuid import uuid4

import jwt

from disputes import clock
from disputes.people.tokens import digest_of, keyed_digest
from disputes.settings import settings

ALGORITHM: Final = "HS256"
ISSUER: Final = "shop"
LONGEST: Final = timedelta(minutes=15)
CLOCKS_DIFFER: Final = timedelta(seconds=30)
LONGEST_TOKEN: Final = 4_000
CLAIMS: Final = ("iss", "aud", "sub", "email", "email_verified", "iat", "exp")

type Why = Literal["off", "faulty", "foreign", "unverified"]


@dataclass(frozen=True)
class ShopCustomer:
    """What a genuine token says. `person` and `token` are digests: of the account with its address, and of the token.

    `is_live`: it has not run out. One that has tells who was signed in, and proves nothing.
    """

    email: str
    name: str | None
    person: str
    token: str
    expires_at: datetime
    is_live: bool


class NotTaken(Exception):
    """The token is not one of the shop's. `why`: "off" (no secret is set), "foreign" (signed by others or for others),
    "unverified" (the shop has not made sure of the address), "faulty" (anything else)."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Final = why


def read(token: str) -> ShopCustomer:
    """What the token says, if it is the shop's. Raises `NotTaken`."""
    claims = _signed(token)
    if claims["email_verified"] is not True:
        raise NotTaken("unverified")
    email, name, subject = claims["email"], claims.get("name"), claims["sub"]
    issued, expires = claims["iat"], claims["exp"]
    # bool is an int to Python, and PyJWT takes numbers written as text.
    if type(issued) is not int or type(expires) is not int or not isinstance(email, str) or not subject.strip():
        raise NotTaken("faulty")
    if not 0 < expires - issued <= LONGEST.total_seconds():
        raise NotTaken("faulty")
    email = email.strip().lower()
    if not email:
        raise NotTaken("faulty")
    return ShopCustomer(
        email=email,
        name=name if isinstance(name, str) else None,
        person=keyed_digest("shop customer", f"{subject}\0{email}"),
        token=digest_of(token),
        expires_at=datetime.fromtimestamp(expires, UTC),
        is_live=clock.now().timestamp() < expires + CLOCKS_DIFFER.total_seconds(),
    )


def make(email: str, *, name: str | None = None, subject: str = "", lasts: timedelta = timedelta(minutes=5)) -> str:
    """A token as the shop's server makes one; for trying things out. Raises `NotTaken` where no secret is set."""
    if not settings().widget_identity_key:
        raise NotTaken("off")
    issued = int(clock.now().timestamp())
    claims = {
        "iss": ISSUER,
        "aud": settings().base_url,
        "sub": subject or email,
        "email": email,
        "email_verified": True,
        "iat": issued,
        "exp": issued + int(lasts.total_seconds()),
        "jti": uuid4().hex,
    }
    return jwt.encode(claims | ({"name": name} if name else {}), settings().widget_identity_key, algorithm=ALGORITHM)


def _signed(token: str) -> Mapping[str, Any]:
    """The claims, if one of our secrets has signed them for us; when they run out is for the caller to look at."""
    keys = settings().identity_keys
    if not keys:
        raise NotTaken("off")
    if len(token) > LONGEST_TOKEN:
        raise NotTaken("faulty")
    for key in keys:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=settings().base_url,
                issuer=ISSUER,
                leeway=CLOCKS_DIFFER,
                options={"require": list(CLAIMS), "verify_exp": False, "strict_aud": True},
            )
        except jwt.InvalidSignatureError:
            continue
        except (jwt.InvalidAudienceError, jwt.InvalidIssuerError, jwt.InvalidAlgorithmError) as fault:
            raise NotTaken("foreign") from fault
        except (jwt.PyJWTError, ValueError) as fault:
            raise NotTaken("faulty") from fault
    raise NotTaken("foreign")
