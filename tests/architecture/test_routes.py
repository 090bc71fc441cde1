"""Every route asks who is there, or is on the short list of those that need not."""

import re
from uuid import UUID

from fastapi.routing import iter_route_contexts

from disputes.web import create_app
from tests.architecture.audited import AUDITED, DAILY
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
    "GET /desk/sign-in/provider",
    "GET /desk/sign-in/provider/callback",
    "GET /desk/sign-in/code",
    "POST /desk/sign-in/code",
    "GET /desk/sign-in/link/{token}",
    "POST /desk/sign-in/link/{token}",
}
CUSTOMERS_PROOF = {
    "GET /case/{token}",
    "GET /status/complaints",
    "GET /status/complaints/{reference}/bundle",
    "GET /status/complaints/{reference}/papers/{paper_id}",
    "POST /status/complaints/{reference}/evidence",
    "POST /status/complaints/{reference}/{act}",
}
"""Ask for a code that was mailed, or the link of a letter."""
THIS_MACHINE_ONLY = {"GET /metrics", "GET /dev/mail", "GET /dev/mail/{letter_id}", "GET /dev/mail/{letter_id}/html"}
OTHER_SECRET = {
    "POST /api/chat/files",
    "GET /api/chat/files/{file_id}",
    "GET /api/chat/files/{file_id}/preview",
    "GET /chat/files/{token}",
    "GET /demo/orders-service/orders/{number}",
    "POST /api/inbound-mail",
}
"""Ask for the session of a chat or our signature on an address, for ORDERS_TOKEN where one is set (made-up orders
only), and for a signature with INBOUND_MAIL_KEY."""


def test_every_other_route_turns_strangers_away(visitor: Visitor) -> None:
    for route in sorted(routes() - PUBLIC - CUSTOMERS_PROOF - THIS_MACHINE_ONLY - OTHER_SECRET):
        method, path = route.split()
        answer = visitor.request(method, re.sub(r"{\w+}", str(UUID(int=1)), path))
        assert answer.status_code == 303, route
        assert answer.headers["location"].startswith("/desk/sign-in"), route


def test_the_pages_of_a_complaint_send_strangers_to_the_first_step(visitor: Visitor) -> None:
    for route in sorted(CUSTOMERS_PROOF):
        method, path = route.split()
        path = path.replace("{act}", "withdraw").replace("{reference}", "CD-0000-0000")
        path = path.replace("{token}", "made-up").replace("{paper_id}", str(UUID(int=1)))
        file = {"files": {"file": ("a.png", b"x")}} if path.endswith("/evidence") else {}
        answer = visitor.request(method, path, **file)
        assert (answer.status_code, answer.headers["location"]) == (303, "/status"), route


def test_the_desk_is_among_them() -> None:
    guarded = routes() - PUBLIC - CUSTOMERS_PROOF - THIS_MACHINE_ONLY - OTHER_SECRET
    assert "POST /desk/chats/{conversation_id}/claim" in guarded
    assert all(route.split()[1].startswith("/desk") for route in guarded)


def test_the_lists_name_no_route_that_is_gone() -> None:
    assert routes() >= PUBLIC | CUSTOMERS_PROOF | THIS_MACHINE_ONLY | OTHER_SECRET


def test_forms_of_the_desk_need_the_token_of_their_page(visitor: Visitor) -> None:
    with signed_in(visitor.url, add_staff()) as ada:
        for route in sorted(routes() - PUBLIC - CUSTOMERS_PROOF - OTHER_SECRET):
            method, path = route.split()
            if method == "POST":
                answer = ada.post(re.sub(r"{\w+}", str(UUID(int=1)), path), data={"csrf_token": "made up"})
                assert answer.status_code == 403, route


def test_every_form_of_the_desk_is_audited_or_daily_work() -> None:
    """A new form: put it into one of the lists; one that uses a right which must be on record also gets a play."""
    forms = {route for route in routes() if route.split()[0] != "GET" and route.split()[1].startswith("/desk")}
    assert forms == AUDITED.keys() | DAILY
    assert AUDITED.keys() & DAILY == set()


def routes() -> set[str]:
    """Each method and path that the application answers, static files apart."""
    found = iter_route_contexts(create_app().routes)
    return {f"{method} {route.path}" for route in found for method in route.methods or () if method != "HEAD"}
