"""Where the work in hand comes from: a browser in some network, or somebody at the command line.

Set at the edge (`edge.visits`, `cli`); read where a session begins or a privileged act is recorded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Visit:
    """`place` is a network that many share, never the whole address; `operator` the user who typed a command."""

    place: str | None = None
    browser: str | None = None
    operator: str | None = None


_NOWHERE = Visit()
_visit: ContextVar[Visit] = ContextVar("visit", default=_NOWHERE)


def current() -> Visit:
    """The visit that this work belongs to; an empty one for jobs."""
    return _visit.get()


@contextmanager
def within(visit: Visit) -> Iterator[None]:
    """Within the block the work belongs to that visit."""
    token = _visit.set(visit)
    try:
        yield
    finally:
        _visit.reset(token)
