"""The one place that tells the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_set_to: ContextVar[datetime | None] = ContextVar("set_to", default=None)


def now() -> datetime:
    """This moment, aware, in UTC; within `set_to`, that moment."""
    return _set_to.get() or datetime.now(UTC)


@contextmanager
def set_to(moment: datetime) -> Iterator[None]:
    """Within the block it is this (aware) moment: for the seed and for commands that run as of a date."""
    token = _set_to.set(moment)
    try:
        yield
    finally:
        _set_to.reset(token)
