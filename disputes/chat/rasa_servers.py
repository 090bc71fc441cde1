"""Which of several Rasa servers a conversation's requests go to."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence

SET_ASIDE_SECONDS = 10.0
"""How long a server that has failed is asked only when no other one answers."""


class RasaServers:
    """The same conversation always goes to the same server while all of them work.

    They share the tracker, so that any of them can go on where another stopped; keeping to one spares the others
    the wait for its lock. Every process that knows the same addresses chooses alike, in whatever order they are given.
    """

    def __init__(self, urls: Sequence[str], now: Callable[[], float] = time.monotonic) -> None:
        self._urls = tuple(urls)
        self._now = now
        self._aside_until: dict[str, float] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._urls)

    def for_conversation(self, sender: str) -> list[str]:
        """All servers: the one to ask first, and those to go on with when it cannot be reached."""
        now = self._now()
        return sorted(
            self._urls,
            key=lambda url: (
                self._aside_until.get(url, 0.0) > now,
                hashlib.sha256(f"{sender} {url}".encode()).digest(),
            ),
        )

    def set_aside(self, url: str) -> None:
        """This one has failed: the others are asked first for a while."""
        self._aside_until[url] = self._now() + SET_ASIDE_SECONDS
