"""Searching over cases and chats.

What is looked for names people. It comes in the body of a form, never in an address: addresses are kept in logs, in
the browser's history and by proxies. `desk-search.js` keeps it in the state of the tab's own history entry, so that
going back from a result shows the results again.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse

from disputes import database
from disputes.cases.states import CASE_WORKERS
from disputes.desk.access import AtDesk, Desk
from disputes.desk.pages import desk_page, is_part
from disputes.errors import Refused
from disputes.search import service
from disputes.search.service import Results
from disputes.search.terms import LONGEST

WHERE: Final = {
    "case": "The complaint",
    "chat": "What the chat is about",
    "message": "In the chat",
    "event": "In the history",
    "question": "Our question",
    "answer": "The customer's answer",
    "finding": "A finding",
    "offer": "Our answer",
    "counter": "What the customer would take",
    "remedy": "What was agreed",
    "mail": "A mail",
}
NOT_YOURS: Final = "This is for agents and managers."

router = APIRouter(prefix="/search")


@router.get("")
def form(request: Request, desk: Desk) -> HTMLResponse:
    """The empty form."""
    return _page(request, desk, "", None)


@router.post("")
def search(request: Request, desk: Desk, words: Annotated[str, Form()] = "") -> HTMLResponse:
    """What was found; for a script of the page the results alone."""
    with database.transaction() as session:
        found = service.search(session, desk.staff, words)
    return _page(request, desk, words[:LONGEST], found)


def _page(request: Request, desk: AtDesk, words: str, found: Results | None) -> HTMLResponse:
    if desk.staff.role not in CASE_WORKERS:
        raise Refused(NOT_YOURS)
    template = "desk/search_results.html" if is_part(request) else "desk/search.html"
    values = {"words": words, "found": found, "where": WHERE, "longest": LONGEST, "part": is_part(request)}
    return desk_page(request, desk, template, values)
