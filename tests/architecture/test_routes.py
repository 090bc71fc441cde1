"""Every route asks who is there, or is on the short list of those that need not."""

import re
from uuid import UUID

from fastapi.routing import iter_route_contexts

from disputes.web import create_app
from tests.serving import Visitor, add_staff, signed_in

PUBLIC = {
    "GET /",
    "GET /policy",
    "GET /complaint",
    "POST /complaint",
    "GET /complaint/received/{token}",
    "GET /status",
    "POST /status",
    "GET /status/code",
    "POST /status/code",
    "GET /status/complaints",
    "POST /status/leave",
    "GET /widget.js",
    "GET /health",
    "GET /ready",
    "GET /api/openapi.json",
    "POST /api/complaints",
    "POST /api/status/requests",
    "POST /api/status/verifications",
    "GET /desk/sign-in",
    "POST /desk/sign-in",
    "GET /desk/sign-in/link/{token}",
    "POST /desk/sign-in/link/{token}",
}
THIS_MACHINE_ONLY = {"GET /dev/mail", "GET /dev/mail/{letter_id}", "GET /dev/mail/{letter_id}/html"}
OTHER_SECRET = {"GET /demo/orders-service/orders/{number}"}
"""Asks for ORDERS_TOKEN where one is set; made-up orders only."""


def test_every_other_route_turns_strangers_away(visitor: Visitor) -> None:
    for route in sorted(routes() - PUBLIC - THIS_MACHINE_ONLY - OTHER_SECRET):
        method, path = route.split()
        answer = visitor.request(method, re.sub(r"{\w+}", str(UUID(int=1)), path))
        assert answer.status_code == 303, route
        assert answer.headers["location"].startswith("/desk/sign-in"), route


def test_the_desk_is_among_them() -> None:
    guarded = routes() - PUBLIC - THIS_MACHINE_ONLY - OTHER_SECRET
    assert "POST /desk/chats/{conversation_id}/claim" in guarded
    assert all(route.split()[1].startswith("/desk") for route in guarded)


def test_the_lists_name_no_route_that_is_gone() -> None:
    assert routes() >= PUBLIC | THIS_MACHINE_ONLY | OTHER_SECRET


def test_forms_of_the_desk_need_the_token_of_their_page(visitor: Visitor) -> None:
    with signed_in(visitor.url, add_staff()) as ada:
        for route in sorted(routes() - PUBLIC):
            method, path = route.split()
            if method == "POST":
                answer = ada.post(re.sub(r"{\w+}", str(UUID(int=1)), path), data={"csrf_token": "made up"})
                assert answer.status_code == 403, route


def routes() -> set[str]:
    """Each method and path that the application answers, static files apart."""
    found = iter_route_contexts(create_app().routes)
    return {f"{method} {route.path}" for route in found for method in route.methods or () if method != "HEAD"}
