"""Answers of another server that end in time and size, whatever it says of their length, or does not say."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import requests
from requests.adapters import HTTPAdapter


class Bounded(HTTPAdapter):
    """Reads at most so many bytes of an answer, as they are once unpacked, and until a moment of `time.monotonic`.

    Beyond that `refuse` makes the error that is raised. The provider may send its answer in pieces without an end,
    or a byte at a time, each in time.
    """

    def __init__(self, most: int, deadline: float, refuse: Callable[[], Exception]) -> None:
        super().__init__()
        self._most, self._deadline, self._refuse = most, deadline, refuse

    def build_response(self, req: Any, resp: Any) -> requests.Response:
        """The answer, whose content is counted while it is read."""
        answer = super().build_response(req, resp)
        answer.raw = _Counted(answer.raw, self._check)
        return answer

    def _check(self, read: int) -> None:
        if read > self._most or time.monotonic() > self._deadline:
            raise self._refuse()


class _Counted:
    """The part of a raw answer that is used to read it, piece by piece."""

    def __init__(self, raw: Any, check: Callable[[int], None]) -> None:
        self._raw, self._check = raw, check

    def stream(self, amount: int = 2**14, decode_content: bool | None = None) -> Iterator[bytes]:
        """The pieces of it, as long as all that was read passes the check."""
        read = 0
        for piece in self._raw.stream(amount, decode_content=decode_content):
            read += len(piece)
            self._check(read)
            yield piece

    def close(self) -> None:
        """Lets go of the connection."""
        self._raw.close()

    def release_conn(self) -> None:
        """The same for one that was read to its end."""
        self._raw.release_conn()
