"""The order client against a real server that is slow, down, wrong or well."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import create_server
from threading import Event, Thread

import pytest
import structlog

from disputes.orders import OrdersClient, OrdersUnavailable, OrderUnknown

ORDER = {
    "number": "10023",
    "placed_at": "2026-05-01T09:00:00Z",
    "customer": {"name": "Mia Hughes", "email": "mia@example.com", "phone": None, "loyalty": "gold"},
    "sales_channel": "direct",
    "currency": "GBP",
    "total": "49.00",
    "items": [{"name": "Oak desk lamp", "quantity": 1, "price": 49.0}],
    "status": "delivered",
    "refunds": [],
}

type Answer = Callable[[BaseHTTPRequestHandler], None]


class TestAnOrder:
    def test_is_read(self) -> None:
        with server(says(200, ORDER)) as (url, _):
            order = OrdersClient(url).look_up("10023")
        assert (order.number, order.customer.name, str(order.total)) == ("10023", "Mia Hughes", "49.00")
        assert order.reseller is None

    def test_is_asked_for_with_the_token_and_a_quoted_number(self) -> None:
        with server(says(404, {})) as (url, seen), pytest.raises(OrderUnknown):
            OrdersClient(url, "s3cret").look_up("../admin?x=1#")
        assert seen == [("/orders/..%2Fadmin%3Fx%3D1%23", "Bearer s3cret")]

    def test_unknown_is_not_asked_for_again(self) -> None:
        with server(says(404, {"detail": "no"})) as (url, seen), pytest.raises(OrderUnknown):
            OrdersClient(url).look_up("99999")
        assert len(seen) == 1

    def test_after_one_failure_is_read_at_the_second_try(self) -> None:
        with server(says(500, {}), says(200, ORDER)) as (url, seen):
            assert OrdersClient(url).look_up("10023").number == "10023"
        assert len(seen) == 2

    def test_after_a_broken_connection_is_read_at_the_second_try(self) -> None:
        with server(hangs_up, says(200, ORDER)) as (url, _):
            assert OrdersClient(url).look_up("10023").number == "10023"


class TestTrouble:
    def test_a_slow_server_is_given_up_within_the_budget(self) -> None:
        released = Event()
        with server(waits(released)) as (url, _):
            began = time.monotonic()
            with pytest.raises(OrdersUnavailable) as caught:
                OrdersClient(url).look_up("10023")
            took = time.monotonic() - began
            released.set()
        assert caught.value.reason == "time-out"
        assert took < 7.0

    def test_a_server_that_answers_drop_by_drop_is_given_up_too(self) -> None:
        released = Event()
        with server(drips(released)) as (url, _):
            began = time.monotonic()
            with pytest.raises(OrdersUnavailable):
                OrdersClient(url, read_seconds=0.5, budget_seconds=0.6).look_up("10023")
            took = time.monotonic() - began
            released.set()
        assert took < 2.0

    def test_a_server_that_is_down(self) -> None:
        with create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        with pytest.raises(OrdersUnavailable):
            OrdersClient(f"http://127.0.0.1:{port}").look_up("10023")

    def test_a_name_that_is_no_host(self) -> None:
        with pytest.raises(OrdersUnavailable):
            OrdersClient("http://").look_up("10023")

    @pytest.mark.parametrize(
        ("status", "body", "tries"),
        [
            pytest.param(200, b"<html><body>Welcome!</body></html>", 1, id="a page"),
            pytest.param(200, b"", 1, id="nothing"),
            pytest.param(200, b"[]", 1, id="a list"),
            pytest.param(200, b'{"number": "10023"}', 1, id="half an order"),
            pytest.param(200, json.dumps(ORDER | {"number": "10024"}).encode(), 1, id="another order"),
            pytest.param(200, json.dumps(ORDER | {"total": "NaN"}).encode(), 1, id="no amount"),
            pytest.param(200, b"x" * 1_100_000, 1, id="too much"),
            pytest.param(302, b"", 1, id="a way elsewhere"),
            pytest.param(401, b"{}", 1, id="a wrong token"),
            pytest.param(503, b"{}", 3, id="an outage"),
        ],
    )
    def test_an_answer_that_is_no_order(self, status: int, body: bytes, tries: int) -> None:
        with server(says(status, body)) as (url, seen), pytest.raises(OrdersUnavailable):
            OrdersClient(url).look_up("10023")
        assert len(seen) == tries


class TestPrivacy:
    def test_neither_logs_nor_errors_hold_personal_data(self, caplog: pytest.LogCaptureFixture) -> None:
        with (
            structlog.testing.capture_logs() as logs,
            caplog.at_level(logging.DEBUG),
            server(says(200, ORDER | {"total": "lots"})) as (url, _),
            pytest.raises(OrdersUnavailable) as caught,
        ):
            OrdersClient(url).look_up("10023")
        said = f"{logs} {caught.value} {caught.value.reason} {caught.value.__cause__}"
        assert "Mia" not in said
        assert "mia@" not in said
        assert "10023" not in said


def says(status: int, body: object) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Length", str(len(raw)))
        request.send_header("Location", "/elsewhere")
        request.end_headers()
        request.wfile.write(raw)

    return answer


def waits(released: Event) -> Answer:
    def answer(_: BaseHTTPRequestHandler) -> None:
        released.wait(10)

    return answer


def drips(released: Event) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100000")
        request.end_headers()
        while not released.wait(0.05):
            request.wfile.write(b" ")
            request.wfile.flush()

    return answer


def hangs_up(request: BaseHTTPRequestHandler) -> None:
    request.connection.close()
    request.close_connection = True


@contextmanager
def server(*answers: Answer) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """A server that gives these answers in turn, the last one for ever; with what it was asked."""
    seen: list[tuple[str, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.path, self.headers.get("Authorization")))
            try:
                answers[min(len(seen), len(answers)) - 1](self)
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Stays quiet."""

    class QuietServer(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that went away is what some of these tests are about."""

    with QuietServer(("127.0.0.1", 0), Handler) as running:
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_address[1]}", seen
        finally:
            running.shutdown()
            thread.join()
