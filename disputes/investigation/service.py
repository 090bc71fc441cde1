"""Everything that other packages call to have a complaint looked into.

Every verb runs in the caller's transaction and may flush, never commits; those that change a case lock it first.
"""

from disputes.cases.complainant import Channel
from disputes.files.contents import MEDIA_TYPES
from disputes.investigation.evidence import (
    TAKES_FILES,
    add_evidence,
    checked,
    erase_evidence,
    evidence_of,
    keep_evidence,
    read_evidence,
    shelved,
    sweep_files,
)
from disputes.investigation.keeping import changes_in, erase, export_of
from disputes.investigation.plan import (
    Finding,
    Result,
    add_point,
    findings_of,
    plan,
    points_without_finding,
    record_finding,
    why_not_examine,
)
from disputes.investigation.questions import (
    answer,
    answer_by,
    answers_of,
    ask,
    open_questions,
    questions_of,
    questions_of_event,
)
from disputes.investigation.tables import Answer, Evidence, Point, PointFinding, Question
from disputes.investigation.views import View, log_view, views_of

__all__ = [
    "MEDIA_TYPES",
    "TAKES_FILES",
    "Answer",
    "Channel",
    "Evidence",
    "Finding",
    "Point",
    "PointFinding",
    "Question",
    "Result",
    "View",
    "add_evidence",
    "add_point",
    "answer",
    "answer_by",
    "answers_of",
    "ask",
    "changes_in",
    "checked",
    "erase",
    "erase_evidence",
    "evidence_of",
    "export_of",
    "findings_of",
    "keep_evidence",
    "log_view",
    "open_questions",
    "plan",
    "points_without_finding",
    "questions_of",
    "questions_of_event",
    "read_evidence",
    "record_finding",
    "shelved",
    "sweep_files",
    "views_of",
    "why_not_examine",
]
