"""Where a request comes from, and that nobody can make it up."""

import pytest
from fastapi import Request

from disputes.edge.addresses import client_address, counted_address, ip_digest, is_on_this_machine
from disputes.edge.origins import from_own_pages
from disputes.errors import Refused


class TestClientAddress:
    def test_is_the_peer(self) -> None:
        assert client_address(asked("198.51.100.7")) == "198.51.100.7"

    def test_a_stranger_cannot_name_another(self) -> None:
        assert client_address(asked("198.51.100.7", x_forwarded_for="192.0.2.1")) == "198.51.100.7"

    def test_a_trusted_proxy_can(self) -> None:
        assert client_address(asked("127.0.0.1", x_forwarded_for="192.0.2.1")) == "192.0.2.1"

    def test_what_the_client_itself_put_in_front_counts_for_nothing(self) -> None:
        assert client_address(asked("127.0.0.1", x_forwarded_for="10.0.0.1, 192.0.2.1")) == "192.0.2.1"

    def test_a_household_of_ipv6_is_one(self) -> None:
        assert client_address(asked("2001:db8:1:2::3")) == client_address(asked("2001:db8:1:2:ffff::9"))
        assert client_address(asked("2001:db8:1:3::3")) != client_address(asked("2001:db8:1:2::3"))

    def test_a_proxy_that_talks_nonsense_is_itself(self) -> None:
        assert client_address(asked("127.0.0.1", x_forwarded_for="unknown")) == "127.0.0.1"

    def test_the_digest_does_not_hold_it(self) -> None:
        assert len(ip_digest(asked("198.51.100.7"))) == 64
        assert ip_digest(asked("198.51.100.7")) != ip_digest(asked("198.51.100.8"))


class TestCountedAddress:
    def test_of_a_socket_is_the_same_as_of_a_page(self) -> None:
        socket = {**asked("198.51.100.7").scope, "type": "websocket"}
        assert counted_address(socket) == ip_digest(asked("198.51.100.7"))

    def test_this_machine_itself_is_not_counted(self) -> None:
        assert counted_address(asked("127.0.0.1").scope) is None
        assert counted_address(asked("127.0.0.1", x_forwarded_for="192.0.2.1").scope) is not None


class TestThisMachine:
    def test_a_browser_here(self) -> None:
        assert is_on_this_machine(asked("127.0.0.1", host="127.0.0.1:8000"))
        assert is_on_this_machine(asked("::1", host="[::1]:8000"))

    @pytest.mark.parametrize(
        ("peer", "headers"),
        [
            ("198.51.100.7", {"host": "127.0.0.1:8000"}),
            ("127.0.0.1", {"host": "shop.example"}),
            ("127.0.0.1", {"host": "127.0.0.1", "x_forwarded_for": "127.0.0.1"}),
        ],
    )
    def test_nobody_else(self, peer: str, headers: dict[str, str]) -> None:
        assert not is_on_this_machine(asked(peer, **headers))


class TestOwnPages:
    @pytest.mark.parametrize(
        "headers",
        [
            {"sec_fetch_site": "cross-site"},
            {"sec_fetch_site": "same-site"},
            {"origin": "https://evil.example"},
            {"origin": "null"},
        ],
    )
    def test_forms_of_others_are_refused(self, headers: dict[str, str]) -> None:
        with pytest.raises(Refused):
            from_own_pages(asked("198.51.100.7", method="POST", **headers))

    @pytest.mark.parametrize(
        "headers", [{}, {"sec_fetch_site": "same-origin"}, {"sec_fetch_site": "none"}, {"origin": "http://shop.test"}]
    )
    def test_our_own_are_taken(self, headers: dict[str, str]) -> None:
        from_own_pages(asked("198.51.100.7", method="POST", host="shop.test", **headers))

    def test_anybody_may_read(self) -> None:
        from_own_pages(asked("198.51.100.7", sec_fetch_site="cross-site"))


def asked(peer: str, *, method: str = "GET", host: str = "shop.test", **headers: str) -> Request:
    named = {"host": host} | {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(
        {
            "type": "http",
            "method": method,
            "path": "/",
            "query_string": b"",
            "client": (peer, 50000),
            "server": ("127.0.0.1", 8000),
            "scheme": "http",
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        }
    )
