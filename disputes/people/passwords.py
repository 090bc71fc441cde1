"""Passwords of staff: argon2id, at the least cost that OWASP's password storage cheat sheet names for it."""

from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 12
LONGEST: Final = 256
AT_ONCE: Final = 2
"""How many hashes one process works out at a time: each takes 19 MiB of memory, and a processor."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_turns = BoundedSemaphore(AT_ONCE)

# The hash of a password that nobody has: checked against for people who do not exist.
NOBODYS: Final = _hasher.hash("there is nobody of that name here")


def hashed(password: str) -> str:
    """The hash to keep."""
    with _turns:
        return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """True when the password is the one. Without a hash it takes as long, and is False."""
    with _turns:
        try:
            _hasher.verify(password_hash or NOBODYS, password)
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """True when the hash was made at another cost than today's, so that it should be made again."""
    return _hasher.check_needs_rehash(password_hash)


def fault_of(password: str) -> str | None:
    """What is wrong with a new password, as a sentence; None when it may be used."""
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters. A few unrelated words work well."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if len(set(password)) < 5:
        return "Use more different characters."
    return None
