"""Where a request comes from. Of customers only a keyed digest of it is ever kept, of staff the network."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from fastapi import Request
from starlette.requests import HTTPConnection
from starlette.types import Scope

from disputes.people.tokens import keyed_digest
from disputes.settings import settings

UNKNOWN = "unknown"
FORWARDING_HEADERS = ("x-forwarded-for", "forwarded", "x-real-ip")
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def client_address(request: HTTPConnection) -> str:
    """The address of whoever asks: the peer, or what a trusted proxy says that it forwards for.

    The header is read from its end: everything before the last untrusted address could be made up.
    """
    address = _parsed(request.client.host) if request.client else None
    if address is None:
        return UNKNOWN
    if _is_trusted(address):
        for hop in reversed(request.headers.get("x-forwarded-for", "").split(",")):
            named = _parsed(hop)
            if named is None:
                break
            address = named
            if not _is_trusted(named):
                break
    return _counted_as(address)


def ip_digest(request: Request) -> str:
    """What limits are counted by: a keyed digest of the client's address, which cannot be turned back."""
    return keyed_digest("address", client_address(request))


def network_of(request: Request) -> str | None:
    """The network of whoever asks, coarse enough to be no address of a person: a /24 of IPv4, a /48 of IPv6."""
    address = _parsed(client_address(request).partition("/")[0])
    if address is None:
        return None
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


def counted_address(scope: Scope) -> str | None:
    """The same as `ip_digest` for what a socket was opened with; None for this machine itself, which is not counted."""
    address = client_address(HTTPConnection(scope))
    parsed = _parsed(address)
    if parsed is not None and parsed.is_loopback:
        return None
    return keyed_digest("address", address)


def is_on_this_machine(request: Request) -> bool:
    """True when the request was made on this very machine, not forwarded, and for a loopback name."""
    if any(header in request.headers for header in FORWARDING_HEADERS):
        return False
    peer = _parsed(request.client.host) if request.client else None
    return peer is not None and peer.is_loopback and request.url.hostname in LOOPBACK_NAMES


def _counted_as(address: IPv4Address | IPv6Address) -> str:
    """One household has a whole /64 of IPv6: it counts as one address."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network((address, 64), strict=False))
    return str(address)


def _is_trusted(address: IPv4Address | IPv6Address) -> bool:
    return str(address) in {name.strip() for name in settings().trusted_proxies.split(",")}


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.strip())
    except ValueError:
        return None
