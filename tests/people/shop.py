"""The shop's server, which says who is signed in there, and those who would like to be taken for it."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from uuid import uuid4

import jwt
import pytest

from disputes.settings import settings
from tests.stack import SHOP_KEY

KEY = SHOP_KEY
KEY_BEFORE = "the shop and the chat shared that one until last week, say"
NOBODYS_KEY = "somebody made this one up, it is at least as long as ours"


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop that signs."""
    monkeypatch.setenv("WIDGET_IDENTITY_KEY", KEY)
    settings.cache_clear()


def claims(email: str = "mia.hughes@example.com", **changes: Any) -> dict[str, Any]:
    """What a token says; None takes a claim out."""
    now = int(time.time())
    said = {
        "iss": "shop",
        "aud": settings().base_url,
        "sub": f"account of {email}",
        "email": email,
        "email_verified": True,
        "name": "Mia Hughes",
        "iat": now,
        "exp": now + 300,
        "jti": uuid4().hex,
    }
    return {name: value for name, value in (said | changes).items() if value is not None}


def token(email: str = "mia.hughes@example.com", *, key: str = KEY, algorithm: str = "HS256", **changes: Any) -> str:
    """A token as the shop's server makes it, or nearly so."""
    return jwt.encode(claims(email, **changes), key, algorithm=algorithm)


def by_hand(header: dict[str, Any], payload: Any, key: str = KEY) -> str:
    """A token with any header and any content, signed with HMAC SHA-256 over both."""
    parts = [_encoded(json.dumps(part).encode()) for part in (header, payload)]
    signature = hmac.new(key.encode(), ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, _encoded(signature)])


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
