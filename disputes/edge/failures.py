"""What whoever asked gets to see when something fails: JSON for programs, a page for people."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from disputes.edge.headers import security_headers
from disputes.edge.templates import page
from disputes.errors import DisputesError, Invalid
from disputes.people.service import SecondStepNeeded, SignInNeeded

SIGN_IN: Final = "/desk/sign-in"
SECOND_STEP: Final = "/desk/account/two-step"
OURS: Final = "Sorry, something went wrong on our side. Please try again in a few minutes."
TITLES: Final = {
    400: "That did not work",
    403: "You cannot do this here",
    404: "There is no such page",
    405: "That did not work",
    409: "Somebody was faster",
    413: "That was too much at once",
    429: "Please wait a little",
    500: "Something went wrong",
    503: "We are back soon",
}
SENTENCES: Final = {
    404: "The address may be mistyped, or the page has moved.",
    405: "This page cannot be used that way.",
    413: "What you sent is larger than this page takes.",
}

log = structlog.get_logger(__name__)


class Failure(NamedTuple):
    """What went wrong, for people and for programs."""

    status: int
    code: str
    sentence: str
    fields: Mapping[str, str] | None = None


def add_failure_handlers(app: FastAPI) -> None:
    """Makes every failure answer in our shape."""
    app.add_exception_handler(DisputesError, _expected)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OperationalError, _database_away)
    app.add_exception_handler(Exception, _unexpected)


def error_body(failure: Failure) -> dict[str, Any]:
    """The one JSON shape of every error of the API."""
    error: dict[str, Any] = {"code": failure.code, "message": failure.sentence}
    return {"error": error | ({"fields": dict(failure.fields)} if failure.fields else {})}


async def _expected(request: Request, error: Exception) -> Response:
    if not isinstance(error, DisputesError):
        raise error
    if isinstance(error, SignInNeeded) and not _wants_json(request):
        return _to_sign_in(request)
    if isinstance(error, SecondStepNeeded) and not _wants_json(request):
        return _to(request, SECOND_STEP)
    fields = error.fields if isinstance(error, Invalid) else None
    headers = {"Retry-After": "900"} if error.status == HTTPStatus.TOO_MANY_REQUESTS else {}
    return _answer(request, Failure(error.status, error.code, error.message, fields), headers)


async def _malformed(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    fields = {_name_of(fault["loc"]): _sentence_of(fault["msg"]) for fault in error.errors()}
    sentence = "Some of what was sent cannot be used."
    return _answer(request, Failure(HTTPStatus.UNPROCESSABLE_ENTITY, "malformed", sentence, fields))


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    phrase = HTTPStatus(error.status_code).phrase
    sentence = SENTENCES.get(error.status_code, f"{phrase}.")
    code = phrase.lower().replace(" ", "_").replace("-", "_")
    return _answer(request, Failure(error.status_code, code, sentence), error.headers)


async def _database_away(request: Request, error: Exception) -> Response:
    log.error("database away", path=_route_of(request), reason=type(error).__name__)
    return _answer(request, Failure(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", OURS))


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("request failed", path=_route_of(request), reason=type(error).__name__)
    return _answer(request, Failure(HTTPStatus.INTERNAL_SERVER_ERROR, "failed", OURS), security_headers())


def _answer(request: Request, failure: Failure, headers: Mapping[str, str] | None = None) -> Response:
    if _wants_json(request):
        return JSONResponse(error_body(failure), failure.status, headers=dict(headers or {}))
    at_desk = request.url.path.startswith("/desk")
    values = {
        "title": TITLES.get(failure.status, TITLES[400]),
        "sentence": failure.sentence,
        "back": {"href": "/desk", "label": "Back to the desk"}
        if at_desk
        else {"href": "/", "label": "Back to the shop"},
        "at_desk": at_desk,
    }
    return page(request, "edge/failure.html", values, status=failure.status, headers=headers)


def _to_sign_in(request: Request) -> Response:
    """A part of a page that was asked for by itself leads back to the whole page."""
    around = urlsplit(request.headers.get("hx-current-url", "")).path
    path = around or (request.url.path if request.method == "GET" and "hx-request" not in request.headers else "")
    return _to(request, SIGN_IN, f"?{urlencode({'next': path})}" if path else "")


def _to(request: Request, path: str, query: str = "") -> Response:
    if "hx-request" in request.headers:
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": f"{path}{query}"})
    return RedirectResponse(f"{path}{query}", HTTPStatus.SEE_OTHER)


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/demo/"))


def _name_of(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in place[1:]) or str(place[0])


def _sentence_of(message: str) -> str:
    return message.removeprefix("Value error, ").rstrip(".") + "."


def _route_of(request: Request) -> str:
    """The pattern of the address, never the address itself: that may hold a token."""
    return str(getattr(request.scope.get("route"), "path", "unknown"))
