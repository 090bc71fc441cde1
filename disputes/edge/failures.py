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
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "failures")

SIGN_IN: Final = "/desk/sign-in"
SECOND_STEP: Final = "/desk/account/two-step"
TITLES: Final = frozenset({400, 403, 404, 405, 409, 413, 429, 500, 503})
SENTENCES: Final = frozenset({404, 405, 413})
"""The failures that have a title, and a sentence, of their own."""

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
    sentence = say("malformed")
    return _answer(request, Failure(HTTPStatus.UNPROCESSABLE_ENTITY, "malformed", sentence, fields))


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    phrase = HTTPStatus(error.status_code).phrase
    sentence = say(f"sentence_{error.status_code}") if error.status_code in SENTENCES else f"{phrase}."
    code = phrase.lower().replace(" ", "_").replace("-", "_")
    return _answer(request, Failure(error.status_code, code, sentence), error.headers)


async def _database_away(request: Request, error: Exception) -> Response:
    log.error("database away", path=_route_of(request), reason=type(error).__name__)
    return _answer(request, Failure(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", say("ours")))


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("request failed", path=_route_of(request), reason=type(error).__name__)
    return _answer(request, Failure(HTTPStatus.INTERNAL_SERVER_ERROR, "failed", say("ours")), security_headers())


def _answer(request: Request, failure: Failure, headers: Mapping[str, str] | None = None) -> Response:
    if _wants_json(request):
        return JSONResponse(error_body(failure), failure.status, headers=dict(headers or {}))
    at_desk = request.url.path.startswith("/desk")
    values = {
        "title": say(f"title_{failure.status if failure.status in TITLES else 400}"),
        "sentence": failure.sentence,
        "back": {"href": "/desk", "label": say("to_the_desk")}
        if at_desk
        else {"href": "/", "label": say("to_the_shop")},
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
