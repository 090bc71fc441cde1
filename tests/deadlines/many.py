"""Very many cases at once, written by the database itself: for tests of load."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes import clock

_GIVEN = """
    WITH given AS (
        SELECT number, number <= CAST(:due AS integer) AS late, CAST(:now AS timestamptz) AS now,
            CAST(:over AS timestamptz) AS over, CAST(:ahead AS timestamptz) AS ahead,
            CAST(:later AS timestamptz) AS later
        FROM generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS number
    )
"""
_CUSTOMERS = """
    INSERT INTO customers (id, name, email, created_at)
    SELECT md5('customer' || number)::uuid, 'Customer ' || number, 'customer' || number || '@example.com', now
    FROM given
"""
_CASES = """
    INSERT INTO cases (id, reference, filing_key, state, source, customer_id, order_number, category, description,
        policy_digest, scope_review, urgent, restricted, filed_at, next_date, first_answer_by, expected_end, hard_cap,
        first_extended, final_extended, review_used, grants_all, open_remedies, last_event_seq, last_hash, updated_at)
    SELECT md5('case' || number)::uuid, 'CD-' || lpad(to_hex(number), 8, '0'), 'many:' || number, 'filed', 'form',
        md5('customer' || number)::uuid, (100000 + number)::text, 'late', 'It never came.', '', false, false, false,
        now, CASE WHEN late THEN over ELSE ahead END, CASE WHEN late THEN over ELSE ahead END, later, later,
        false, false, false, false, 0, 0, '', now
    FROM given
"""
_TIMERS = """
    INSERT INTO case_timers (id, case_id, kind, due_at)
    SELECT md5(timer.kind || number)::uuid, md5('case' || number)::uuid, timer.kind, timer.due_at
    FROM given, LATERAL (VALUES
        ('first_answer', CASE WHEN late THEN over ELSE ahead END),
        ('hard_cap', later), ('progress_note', ahead), ('staff_warning', ahead)
    ) AS timer (kind, due_at)
"""


def fill(session: Session, count: int, *, due: int = 0, timers: bool = True, first: int = 1) -> None:
    """Adds so many filed cases (numbers from `first`), the first `due` of them with a first answer that is late."""
    now = clock.now()
    values = {
        "first": first,
        "last": first + count - 1,
        "due": due,
        "now": now,
        "over": now - timedelta(hours=1),
        "ahead": now + timedelta(days=5),
        "later": now + timedelta(days=30),
    }
    for statement in (_CUSTOMERS, _CASES, _TIMERS) if timers else (_CUSTOMERS, _CASES):
        session.execute(text(_GIVEN + statement), values)
