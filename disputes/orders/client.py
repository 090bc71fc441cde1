"""Asks the shop's order system. It may be slow, down or wrong; that never takes longer than a few seconds."""

import json
import time
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

import requests
import structlog
import urllib3
from pydantic import ValidationError

from disputes.errors import NotFound, Unavailable
from disputes.orders.schemas import Order
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "orders")

CONNECT_SECONDS = 2.0
READ_SECONDS = 3.0
BUDGET_SECONDS = 6.0
TRIES = 3
PAUSE_SECONDS = 0.1
LARGEST_ANSWER = 1_000_000
CHUNK = 65_536

log = structlog.get_logger(__name__)


class OrderUnknown(NotFound):
    """The order system has no order of that number."""

    code = "order_unknown"

    def __init__(self) -> None:
        super().__init__(say("unknown"))


class OrdersUnavailable(Unavailable):
    """The order system does not answer, or not with an order; `reason` is for the log."""

    code = "orders_unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(say("unavailable"))
        self.reason = reason


class _TryAgain(Exception):
    """This attempt failed in a way that another may not."""


class OrdersClient:
    """One order system. Safe to use from several threads; keeps connections open between look-ups."""

    def __init__(
        self,
        base_url: str,
        token: str = "",
        *,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
        budget_seconds: float = BUDGET_SECONDS,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._budget_seconds = budget_seconds
        self._session = requests.Session()
        self._session.trust_env = not _is_loopback(self._base_url)  # a proxy cannot reach our own machine
        self._session.headers["Accept"] = "application/json"
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def look_up(self, number: str) -> Order:
        """The order of that number.

        Raises `OrderUnknown`, or `OrdersUnavailable` after a time-out, an outage or an answer that is none.
        Reading is repeated when that may help; all tries together take at most the budget (6 s by default).
        """
        deadline = time.monotonic() + self._budget_seconds
        reason = "no time"
        for attempt in range(TRIES):
            try:
                return _read_order(self._ask(number, deadline), number)
            except _TryAgain as failure:
                reason = str(failure)
            except OrdersUnavailable as failure:
                reason = failure.reason
                break
            pause = PAUSE_SECONDS * 3**attempt
            if attempt + 1 == TRIES or time.monotonic() + pause >= deadline:
                break
            time.sleep(pause)
        log.warning("orders.unavailable", reason=reason)
        raise OrdersUnavailable(reason)

    def _ask(self, number: str, deadline: float) -> bytes:
        left = max(deadline - time.monotonic(), 0.01)
        try:
            with self._session.get(
                f"{self._base_url}/orders/{quote(number, safe='')}",
                timeout=(min(self._connect_seconds, left), min(self._read_seconds, left)),
                allow_redirects=False,
                stream=True,
            ) as response:
                _check_status(response.status_code)
                return _read_all(response, deadline)
        except requests.Timeout as fault:
            raise _TryAgain("time-out") from fault
        except (requests.ConnectionError, urllib3.exceptions.HTTPError) as fault:
            raise _TryAgain(type(fault).__name__) from fault
        except requests.RequestException as fault:
            raise OrdersUnavailable(type(fault).__name__) from fault


def _check_status(status: int) -> None:
    if status == HTTPStatus.NOT_FOUND:
        raise OrderUnknown
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise _TryAgain(f"status {status}")
    if status != HTTPStatus.OK:
        raise OrdersUnavailable(f"status {status}")


def _read_all(response: requests.Response, deadline: float) -> bytes:
    """The whole body; a server that sends it drop by drop is given up at the deadline."""
    body = bytearray()
    while chunk := response.raw.read1(CHUNK, decode_content=True):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise OrdersUnavailable("answer too large")
        if time.monotonic() > deadline:
            raise OrdersUnavailable("time-out")
    return bytes(body)


def _read_order(body: bytes, number: str) -> Order:
    try:
        order = Order.model_validate(json.loads(body))
    except ValidationError as fault:
        fields = ", ".join(".".join(str(part) for part in error["loc"]) for error in fault.errors()[:5])
        raise OrdersUnavailable(f"not an order: {fields}") from None  # the cause would carry personal data
    except ValueError as fault:
        raise OrdersUnavailable("not JSON") from fault
    if _digits(order.number) != _digits(number):
        raise OrdersUnavailable("another order than asked for")
    return order


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isdigit())


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
