"""What a request to the desk tells of the browser it comes from, for the list of sessions and the audit."""

from typing import Final

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from disputes.edge.addresses import network_of
from disputes.people import visits

BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
"""The sign in what a browser says of itself, and its name; the first that is there wins."""


class Visits:
    """Notes for the time of each request to the desk where it comes from."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/desk"):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        seen = visits.Visit(network_of(request), browser_name(request.headers.get("user-agent", "")))
        with visits.within(seen):
            await self.app(scope, receive, send)


def browser_name(user_agent: str) -> str:
    """ "Firefox on Windows": enough for its owner to know it again, too little to tell two people apart."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "A browser")
    system = next((name for sign, name in SYSTEMS if sign in user_agent), None)
    return f"{browser} on {system}" if system else browser
