"""Every column that can hold words is either erased, or known to hold nothing about a customer.

Whoever adds a column that takes text finds this test failing: decide, see to its erasure, and put it into the list.
"""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

pytestmark = pytest.mark.database

ERASED = {
    "case_answers": "key salt text",
    "case_event_texts": "reason salt text",
    "case_evidence": "file_name",
    "case_findings": "finding",
    "case_points": "text",
    "case_questions": "text",
    "cases": "country description desired_outcome filing_key informal_outcome order_number reseller",
    "chat_files": "file_name",
    "conversations": "corrections facts handoff_summary identity_digest ip_digest locale page reply_email"
    " session_digest visitor_digest",
    "customers": "email name phone",
    "inbound_mails": "original raw refused sender subject text",
    "identity_tokens": "digest visitor_digest",
    "mediation_private.messages": "party text",
    "mediation_private.notes": "text",
    "mediation_private.papers": "party text",
    "mediation_settlements": "remedies text",
    "messages": "attachment audience author author_name card client_id note payload quick_replies text trace turn",
    "notifications": "html last_error recipient subject text",
    "offer_counters": "words",
    "offers": "findings point_reasons reasons takes_part time_limits",
    "remedies": "conditions failed_words proof",
    "satisfactions": "words",
    "search_entries": "words",
    "status_requests": "code_digest email ip_digest lookup",
    "turn_readings": "example",
}
"""What a customer said, or what was said about them: blanked, or deleted with its row."""

HARMLESS = {
    "alembic_version": "version_num",
    # Ids, figures and dates; `cases.history` says so, and what people write stands apart.
    "case_events": "actor_kind audience clause_id data from_state hash kind notice prev_hash text_digest to_state",
    # Texts of the shop, with blanks where a customer's name would stand.
    "canned_replies": "code text title",
    "case_answers": "channel",
    "case_evidence": "kind sha256 stored_as",
    "case_findings": "result",
    "case_promises": "moved_reason notice state what",
    "case_tasks": "kind role",
    "case_timers": "kind",
    "case_views": "what",
    "chat_files": "author kind sha256 stored_as",
    "cases": "category cause last_hash outcome_code policy_digest prior_state reference resolution source state"
    " withdrawn_from",
    "conversations": "end_reason handoff_reason owner",
    "ownerships": "owner reason",
    "left_messages": "ended_how",
    "unmet_requests": "reason",
    "inbound_mails": "key state via why",
    # Words of the program, with names of the neutral person and of the shop.
    "mediation_consents": "how_to_stop party words",
    "mediations": "cost neutral_name neutral_organisation outcome proposed_by",
    # Keys and message ids are made of ids.
    "notifications": "clauses dedupe_key event_kind kind message_id policy_digest seal state",
    "offers": "answer cause clauses outcome_code outside position stage",
    "policy_versions": "digest text",
    # Arguments of jobs are ids; locks are ids, or keyed digests of a mailbox.
    "procrastinate_events": "type",
    "procrastinate_jobs": "args lock queue_name queueing_lock status task_name",
    "procrastinate_periodic_defers": "periodic_id task_name",
    "remedies": "currency kind state",
    "search_entries": "source",
    # Staff, not customers.
    "sign_in_attempts": "digest",
    "sign_in_links": "token_digest",
    "staff": "email issuer name password_hash role subject",
    "teams": "assignment name",
    "staff_sessions": "browser csrf_token place proved_by token_digest",
    "half_sign_ins": "proved_by token_digest",
    "second_steps": "secret",
    "recovery_codes": "digest",
    "closed_days": "name",
    # Who of the staff did what; `people.audit` says what may be in it.
    "audit": "act actor after before operator place subject_kind",
    "expected_times": "category stage",
    # Names of intents and forms.
    "turn_readings": "chosen form hint intent others sign state",
}
"""What stays: codes of ours, hashes, ids, texts of the shop."""

FIGURES = ("uuid", "boolean", "smallint", "integer", "bigint", "numeric", "double precision", "date")


def test_every_column_for_words_is_in_one_of_the_lists(session: Session) -> None:
    assert columns_for_words(session) - listed(ERASED) - listed(HARMLESS) == set()


def test_no_column_is_in_both_or_gone(session: Session) -> None:
    assert listed(ERASED) & listed(HARMLESS) == set()
    assert listed(ERASED) | listed(HARMLESS) <= columns_for_words(session)


@pytest.mark.parametrize("kind", ["text", "varchar(20)", "jsonb", "json", "bytea", "text[]", "xml", "inet"])
def test_a_column_that_nobody_thought_of_is_noticed(session: Session, kind: str) -> None:
    session.execute(text(f"CREATE TABLE diary (id uuid PRIMARY KEY, at timestamptz, secret {kind})"))
    session.execute(text(f"ALTER TABLE cases ADD COLUMN nickname {kind}"))
    new = columns_for_words(session) - listed(ERASED) - listed(HARMLESS)
    assert new == {"diary.secret", "cases.nickname"}


def columns_for_words(session: Session) -> set[str]:
    """Every column of ours but those for ids, figures and times, as "table.column"."""
    rows = session.execute(
        text("""
            SELECT c.table_schema, c.table_name, c.column_name
            FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
            WHERE c.table_schema NOT IN ('pg_catalog', 'information_schema') AND t.table_type = 'BASE TABLE'
              AND c.data_type <> ALL (:figures) AND c.data_type NOT LIKE 'timestamp%'
        """),
        {"figures": list(FIGURES)},
    )
    return {f"{'' if schema == 'public' else schema + '.'}{table}.{column}" for schema, table, column in rows}


def listed(columns: dict[str, str]) -> set[str]:
    return {f"{table}.{column}" for table, names in columns.items() for column in names.split()}
