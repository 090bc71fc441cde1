"""What comes after a step: the page it was begun on, or beside a chat a sentence about how the case stands."""

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from disputes import policy
from disputes.cases import queries, worklists
from disputes.desk.pages import is_part
from disputes.desk.preview import Sent
from disputes.desk.preview_page import GivenForm
from disputes.desk.stages import STAGES

DONE: Final = "disputes-done"
"""The event by which the script of the chats hears that a step was taken."""

NO_ADDRESS: Final = "There is no e-mail address, so nothing was sent: read the letter to the customer."


def done(request: Request, given: GivenForm, reference: str, said: str, *, back: str) -> Response:
    """After a step that was taken from that form."""
    if is_part(request):
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={"HX-Trigger": heard(reference, said)})
    return RedirectResponse(given.return_to or back, HTTPStatus.SEE_OTHER)


def heard(reference: str, said: str, *, stays: bool = False) -> str:
    """What the script is told. `stays`: the panel goes on with the same act."""
    return json.dumps({DONE: {"reference": reference, "said": said, "stays": stays}})


def said_after(session: Session, reference: str, sent: Iterable[Sent]) -> str:
    """How a case stands after a step, and whether a letter goes out because of it. `reference` is one of ours."""
    case = queries.case_by_reference(session, reference)
    if case is None:
        return ""
    stage, holder, rules = STAGES[case.state], worklists.holder_of(case), policy.current()
    stands = f"{reference}: {stage.label}"
    if holder:
        stands += f", with {holder.name}"
    if case.next_date and stage.due:
        stands += f"; {stage.due} by {rules.say_date(case.next_date)}"
    recipients = [each.recipient for each in sent]
    told = "" if not recipients else "The letter is on its way." if any(recipients) else NO_ADDRESS
    return f"{stands}. {told}".strip()
