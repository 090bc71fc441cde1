"""`/dev/mail`: the letters that were not sent because there is no mail server. For this machine only."""

from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from disputes.edge.addresses import is_on_this_machine
from disputes.edge.templates import NO_STORE, page
from disputes.errors import NotFound
from disputes.notifications import mailbox
from disputes.notifications.mailbox import StoredLetter
from disputes.settings import settings

LETTER_POLICY: Final = "; ".join(
    ("default-src 'none'", "style-src 'unsafe-inline'", "img-src data:", "frame-ancestors 'self'", "sandbox")
)
"""Letters carry their style with them, as mail programs want it; they get nothing else, and no script."""


def for_this_machine(request: Request) -> None:
    """Nobody else learns that there is such a page."""
    if settings().smtp_url or not is_on_this_machine(request):
        raise NotFound("The address may be mistyped, or the page has moved.")


router = APIRouter(prefix="/dev/mail", include_in_schema=False, dependencies=[Depends(for_this_machine)])


@router.get("")
def letters(request: Request) -> HTMLResponse:
    """All letters, the newest first."""
    return page(request, "site/letters.html", {"letters": mailbox.letters()})


@router.get("/{letter_id}")
def letter(request: Request, letter_id: str) -> HTMLResponse:
    """One letter, as HTML and as text."""
    return page(request, "site/letter.html", {"letter": _letter(letter_id)})


@router.get("/{letter_id}/html")
def letter_html(letter_id: str) -> HTMLResponse:
    """The HTML of a letter, for the frame around it."""
    headers = {"Content-Security-Policy": LETTER_POLICY, "X-Frame-Options": "SAMEORIGIN", **NO_STORE}
    return HTMLResponse(_letter(letter_id).html, headers=headers)


def _letter(letter_id: str) -> StoredLetter:
    found = mailbox.letter(letter_id)
    if found is None:
        raise NotFound("There is no such letter.")
    return found
