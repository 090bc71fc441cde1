"""Secrets that we must be able to read again, encrypted with a key that is not in the database."""

import base64
import binascii
import os
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from disputes.settings import settings

NONCE_BYTES: Final = 12


class Unreadable(Exception):
    """This was encrypted with another SECRET_KEY, for another owner, or is not whole."""


def seal(purpose: str, owner: UUID, secret: str) -> str:
    """The secret, encrypted for this purpose and this owner: in another's row it cannot be read."""
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(_key(purpose)).encrypt(nonce, secret.encode(), owner.bytes)
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(purpose: str, owner: UUID, sealed: str) -> str:
    """The secret again. Raises `Unreadable`."""
    try:
        raw = base64.urlsafe_b64decode(sealed)
        return AESGCM(_key(purpose)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], owner.bytes).decode()
    except (InvalidTag, ValueError, binascii.Error) as fault:
        raise Unreadable(purpose) from fault


def _key(purpose: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"disputes {purpose}".encode())
    return derive.derive(settings().signing_key.encode())
