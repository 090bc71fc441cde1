"""Random secrets, and the digests we keep in place of them."""

import hmac
from hashlib import sha256
from secrets import token_urlsafe

from disputes.settings import settings

TOKEN_BYTES = 32


def new_token() -> str:
    """256 random bits, in characters that may stand in a cookie or a URL."""
    return token_urlsafe(TOKEN_BYTES)


def digest_of(token: str) -> str:
    """What is kept of a random token. It has too many bits to be guessed, so no key and no salt is needed."""
    return sha256(token.encode()).hexdigest()


def keyed_digest(purpose: str, value: str) -> str:
    """What is kept of something guessable (an address, an e-mail): useless without the secret key."""
    message = f"{purpose}\0{value}".encode()
    return hmac.new(settings().signing_key.encode(), message, sha256).hexdigest()
