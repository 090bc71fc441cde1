"""What the page of a case shows of its investigation: the plan, the questions, the files, and who looked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine, service, states
from disputes.cases.tables import Case
from disputes.investigation import service as investigation
from disputes.people.tables import Staff

RESULTS: Final = {"confirmed": "Confirmed", "not_confirmed": "Not confirmed", "unclear": "Cannot be found out"}
BADGES: Final = {"confirmed": "badge-good", "not_confirmed": "badge-late", "unclear": "badge-due"}
MOST_VIEWS: Final = 20


class Round(NamedTuple):
    """Questions that were asked together, and everything that came in answer."""

    at: datetime
    by: str
    questions: list[str]
    answers: Sequence[investigation.Answer]


def values_for(session: Session, case: Case, staff: Staff) -> dict[str, Any]:
    """What "desk/investigation.html" needs, besides `case`, `csrf_token` and `typed`."""
    limits = policy.current().evidence
    views = investigation.views_of(session, case)
    return {
        "investigation": {
            "points": investigation.plan(session, case),
            "why_no_finding": investigation.why_not_examine(case, staff),
            "results": RESULTS,
            "badges": BADGES,
            "rounds": _rounds(session, case),
            "why_no_question": states.why_not(states.ASKED, engine.standing_of(session, case), service.acting(staff)),
            "answer_by": investigation.answer_by(session, case),
            "would_answer_by": _would_answer_by(case),
            "why_no_answer": None if staff.role in states.CASE_WORKERS else "This is for agents and managers.",
            "answer_key": f"desk:{uuid4()}",
            "files": investigation.evidence_of(session, case),
            "limits": limits,
            "why_no_file": _why_no_file(case, staff),
            "views": views[:MOST_VIEWS],
            "view_count": len(views),
            "viewed": _viewed(views[:MOST_VIEWS], session, case),
        }
    }


def _rounds(session: Session, case: Case) -> list[Round]:
    answers = investigation.answers_of(session, case)
    rounds: dict[UUID, Round] = {}
    for question, event in investigation.questions_of(session, case):
        name = event.staff.name if event.staff else ""
        asked = rounds.setdefault(
            event.id, Round(event.at, name, [], [answer for answer in answers if answer.asked_event_id == event.id])
        )
        asked.questions.append(question.text)
    return list(rounds.values())


def _would_answer_by(case: Case) -> datetime:
    """Until when the customer would have time for a question that is asked now."""
    days = policy.current().clocks_for(case.category).customer_question_days
    return policy.current().calendar.due_after_days(clock.now(), days)


def _why_no_file(case: Case, staff: Staff) -> str | None:
    if staff.role not in states.CASE_WORKERS:
        return "This is for agents and managers."
    return None if case.state in investigation.TAKES_FILES else "This complaint has ended."


def _viewed(views: Sequence[investigation.View], session: Session, case: Case) -> Mapping[str, str]:
    """What each look was at, in words."""
    names = {f"evidence:{file.id}": f"the file {file.file_name}" for file in investigation.evidence_of(session, case)}
    named = {"case": "this page", "bundle": "the take-away bundle", **names}
    return {view.what: named.get(view.what, "a file that is gone" if ":" in view.what else view.what) for view in views}
