"""Names that a policy must have words for. `tests/policy` holds them equal to what the program writes."""

from typing import Final

CASE_STATES: Final = (
    "filed",
    "investigating",
    "awaiting_customer",
    "outcome_offered",
    "mediation_offered",
    "in_mediation",
    "escalated",
    "final_response",
    "resolved",
    "closed",
    "withdrawn",
    "redirected",
    "merged",
)

STEPS_TAKEN: Final = (
    "filed", "pointed_to_reseller", "redirected", "merged", "taken", "asked", "answered", "outcome_offered",
    "accepted", "refused", "assumed_settled", "unanswered", "escalated", "objected", "mediation_offered",
    "mediation_started", "mediation_declined", "mediation_settled", "mediation_ended", "final_response",
    "deadlock_notice", "final_accepted", "closed", "reopened", "withdrawn", "withdrawal_undone", "remedy_overdue",
    "final_overdue", "overridden",
)  # fmt: skip
"""What moves a case, or is stamped on it: the events of the table of states."""

BESIDE_THE_TABLE: Final = (
    "information_added", "assigned", "review_taken", "extended", "named_person_late", "progress_note",
    "question_reminder", "offer_reminder", "last_call", "satisfaction_asked", "satisfaction_given",
    "remedy_delivered", "remedy_failed", "countered", "outcome_bettered", "final_refused", "mediation_requested",
    "mediation_request_declined", "mediation_extended", "consent_given", "settlement_proposed", "settlement_accepted",
    "late_mail", "linked", "joined", "contact_changed",
)  # fmt: skip
"""What else customers read in the history of their case."""

STAFF_ONLY: Final = (
    "redirect_proposed", "redirect_dropped", "final_alarm", "staff_warning", "held", "hold_ended", "erased",
    "contact_erased", "exported", "bundle_made", "marked_restricted", "letter_failed",
    "holder_left", "neutral_left",
)  # fmt: skip
"""What only staff read."""

HISTORY_KINDS: Final = (*STEPS_TAKEN, *BESIDE_THE_TABLE, *STAFF_ONLY)

WAYS: Final = ("customer", "assistant", "staff", "shop", "clock")
"""Who did it: a line `KIND_by_WAY` takes the place of the line `KIND` when it came about in that way."""

PROMISE_KINDS: Final = ("named_person", "first_answer", "final_response", "outside_door", "remedy")
"""Dates that the ledger of promises keeps."""

TASK_KINDS: Final = (
    "unowned", "unowned_review", "urgent", "due_soon", "final_overdue", "remedy_overdue", "deliver_remedy",
    "letter_failed", "mail_to_read", "redirect_proposed", "mediation_asked", "scope_review",
    "new_information", "counter_offer", "remedy_failed", "unhappy", "hold_ends", "neutral_asked",
    "neutral_gone",
)  # fmt: skip
"""Work that waits for staff."""
