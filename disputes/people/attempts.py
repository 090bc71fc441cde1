"""Slowing down whoever tries too often, in all processes alike."""

from datetime import timedelta

from sqlalchemy.orm import Session

from disputes import clock
from disputes.people import queries
from disputes.people.tables import SignInAttempt

WINDOW = timedelta(minutes=15)
MOST = 10


def too_many(session: Session, digests: list[str], *, most: int = MOST) -> bool:
    """True when one of these digests has had its `most` attempts of a quarter of an hour.

    Attempts under the same digest wait for each other until the transaction ends, so that a hundred at
    once are not all counted as the first.
    """
    since = clock.now() - WINDOW
    for digest in sorted(digests):
        queries.wait_for_turn(session, digest)
    return any(queries.attempts_since(session, digest, since) >= most for digest in digests)


def note(session: Session, digests: list[str]) -> None:
    """Notes one attempt under each digest; the worker's housekeeping forgets them after an hour."""
    at = clock.now()
    session.add_all([SignInAttempt(digest=digest, at=at) for digest in digests])
    session.flush()
