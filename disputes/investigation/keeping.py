"""What this package holds about a case, to be taken away, checked, or erased."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from disputes.cases import chain
from disputes.cases import queries as cases
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import NotFound
from disputes.investigation import evidence, queries
from disputes.investigation.tables import Point


def export_of(session: Session, case: Case) -> dict[str, Any]:
    """What this package holds about a case that its customer may have, as plain values for JSON; staff by id.

    Findings are in it once the customer has been told an outcome, as they were told. Names of the shop's own papers
    are not in it, and neither is who looked (`views_of`). The files come apart, with `read_evidence`; "sha256" is
    what their content must give.
    """
    told = cases.last_event(session, case.id, "outcome_offered", "final_response")
    return {
        "points": [_point(point, told.at if told else None) for point in queries.points_of(session, case.id)],
        "questions": [
            {"id": str(question.id), "asked_at": event.at.isoformat(), "text": question.text}
            for question, event in queries.questions_of(session, case.id)
        ],
        "answers": [
            {
                "id": str(answer.id),
                "at": answer.at.isoformat(),
                "channel": answer.channel,
                "written_down_by": _id(answer.staff_id),
                "late": answer.late,
                "text": answer.text,
            }
            for answer in queries.answers_of(session, case.id)
        ],
        "evidence": [
            {
                "id": str(file.id),
                "at": file.at.isoformat(),
                "from": "shop" if file.staff_id else "customer",
                "added_by": _id(file.staff_id),
                "file_name": None if file.staff_id else file.file_name,
                "kind": file.kind,
                "size": file.size,
                "sha256": file.sha256,
                "erased_at": file.erased_at.isoformat() if file.erased_at else None,
            }
            for file in queries.evidence_of(session, case.id, with_erased=True)
        ],
    }


def erase(session: Session, case: Case) -> None:
    """Blanks every text and removes every file of a case for good. Ids, dates, results and digests stay, and so does
    who looked at it."""
    case = cases.locked(session, case.id)
    evidence.erase_evidence(session, case)
    for point in queries.points_of(session, case.id):
        point.text = ""
        for finding in point.findings:
            finding.finding = ""
    for question, _ in queries.questions_of(session, case.id):
        question.text = ""
    for answer in queries.answers_of(session, case.id):
        answer.text, answer.salt, answer.key = "", "", f"erased:{answer.id}"
    session.flush()


def changes_in(session: Session, case: Case) -> list[str]:
    """What is not as it was when it came: a sentence for each answer or file that the history does not bear out.

    What has been erased is no change.
    """
    found: list[str] = []
    for answer in queries.answers_of(session, case.id):
        erased = answer.salt == "" and answer.text == ""
        if not erased and answer.event.data.get("digest") != chain.digest_of_words(answer.text, None, answer.salt):
            found.append(f"answer {answer.id}: its words were changed after they came")
    for file in queries.evidence_of(session, case.id):
        event = session.get_one(CaseEvent, file.event_id)
        if event.data.get("sha256") != file.sha256:
            found.append(f"file {file.id}: its digest is not the one in the history")
        try:
            evidence.read_evidence(session, file.id)
        except NotFound:
            found.append(f"file {file.id}: it is missing, or was changed after it came")
    return found


def _point(point: Point, told_at: datetime | None) -> dict[str, Any]:
    return {
        "id": str(point.id),
        "text": point.text,
        "added_by": _id(point.added_by_id),
        "findings": [
            {
                "at": finding.at.isoformat(),
                "by": str(finding.staff_id),
                "result": finding.result,
                "finding": finding.finding,
            }
            for finding in point.findings
            if told_at is not None and finding.at <= told_at
        ],
    }


def _id(staff_id: UUID | None) -> str | None:
    return str(staff_id) if staff_id else None
