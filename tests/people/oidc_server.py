"""A real sign-in provider on loopback that remembers what it is asked, insists on PKCE, and can be made silent."""

import base64
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import requests
from werkzeug.serving import make_server

type Asked = Callable[[str, dict[str, list[str]]], None]


@dataclass
class RunningProvider:
    """`asked` has each (path, parameters). While `silent` is set nothing is answered."""

    url: str
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    silent: Event = field(default_factory=Event)
    goes_on: Event = field(default_factory=Event)

    def knows(self, subject: str, **claims: Any) -> None:
        """Makes a person known, with these claims."""
        answer = requests.put(f"{self.url}/users/{subject}", json=claims, timeout=5)
        answer.raise_for_status()

    def approve(self, address: str, subject: str) -> str:
        """Signs that person in at the address the browser was sent to; returns where it is sent next."""
        answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=5)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    def deny(self, address: str) -> str:
        """The person says no."""
        answer = requests.post(address, data={"action": "deny"}, allow_redirects=False, timeout=5)
        return str(answer.headers["location"])

    def parameters_of(self, path: str) -> dict[str, list[str]]:
        """What it was asked with last at that path."""
        return next(given for asked, given in reversed(self.asked) if asked == path)


@contextmanager
def running_provider() -> Iterator[RunningProvider]:
    """Starts one, with keys of its own."""
    app: Any = oidc_provider_mock.app(require_nonce=True)
    found = RunningProvider("")
    challenges: dict[str, str] = {}

    def watched(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        if found.silent.is_set():
            found.goes_on.wait(30)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        given = parse_qs(environ.get("QUERY_STRING", "")) | parse_qs(body.decode())
        path = environ["PATH_INFO"]
        found.asked.append((path, given))
        if path == "/oauth2/token" and not _proves(challenges, given):
            start("400 BAD REQUEST", [("Content-Type", "application/json")])
            return [b'{"error": "invalid_grant"}']

        def remember(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            for name, value in headers:
                if path == "/oauth2/authorize" and name.lower() == "location":
                    for code in parse_qs(urlsplit(value).query).get("code", []):
                        challenges[code] = given["code_challenge"][0]
            return start(status, headers, *rest)

        return app.wsgi_app(environ, remember)

    server = make_server("127.0.0.1", 0, watched, threaded=True)
    found.url = f"http://127.0.0.1:{server.server_port}"
    runner = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    runner.start()
    try:
        yield found
    finally:
        found.goes_on.set()
        server.shutdown()
        runner.join(10)
        server.server_close()


def _proves(challenges: dict[str, str], given: dict[str, list[str]]) -> bool:
    """The check of RFC 7636 that the provider's library leaves out."""
    digest = hashlib.sha256(given.get("code_verifier", [""])[0].encode()).digest()
    made = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return made == challenges.get(given.get("code", [""])[0])
