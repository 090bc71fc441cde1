"""Very many cases with their whole histories, written by the database itself: for the load of the board, and to
compare what SQL and Python make of the same rows.

Times and choices come from the random numbers of PostgreSQL after `setseed`, so that each run makes the same.
"""

from hashlib import md5
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes import clock
from disputes.people.tables import Staff

CATEGORIES = ["late", "lost", "damaged", "wrong_item", "missing_item", "refund", "charge", "warranty", "service"]
CAUSES = ["carrier", "packing", "product", "payment", "system", "information", "delay"]
STAFF = 40

_PLAN = """
    CREATE TEMPORARY TABLE plan ON COMMIT DROP AS
    WITH dice AS (
        SELECT n, random() AS age, random() AS lot, random() AS speed, random() AS fate, random() AS chance
        FROM generate_series(1, CAST(:cases AS integer)) AS n
    ), times AS (
        SELECT *, CAST(:now AS timestamptz) - age * CAST(:days AS integer) * interval '1 day' AS filed_at FROM dice
    ), ways AS (
        SELECT *, filed_at + (0.1 + 2 * speed * speed) * interval '1 day' AS taken_at,
            filed_at + (2 + 16 * speed) * interval '1 day' AS answered_at,
            filed_at + (3 + 24 * speed + 3 * fate) * interval '1 day' AS replied_at,
            filed_at + (8 + 32 * speed + 4 * fate) * interval '1 day' AS final_at
        FROM times
    )
    SELECT n, md5('case' || n)::uuid AS id, md5('person' || n)::uuid AS customer_id, filed_at, chance, fate,
        CASE WHEN taken_at < CAST(:now AS timestamptz) THEN taken_at END AS taken_at,
        CASE WHEN answered_at < CAST(:now AS timestamptz) THEN answered_at END AS answered_at,
        CASE WHEN replied_at < CAST(:now AS timestamptz) THEN replied_at END AS replied_at,
        CASE WHEN fate < 0.25 AND final_at < CAST(:now AS timestamptz) THEN final_at END AS final_at,
        md5('staff' || (1 + floor(lot * CAST(:staff AS integer))::integer))::uuid AS agent_id,
        md5('staff' || 10 * (1 + floor(lot * CAST(:staff AS integer) / 10)::integer))::uuid AS manager_id,
        (CAST(:categories AS text[]))[1 + floor(chance * cardinality(CAST(:categories AS text[])))::integer]
            AS category,
        (CAST(:causes AS text[]))[1 + floor(lot * cardinality(CAST(:causes AS text[])))::integer] AS cause
    FROM ways
"""
_CUSTOMERS = """
    INSERT INTO customers (id, name, email, created_at)
    SELECT customer_id, 'Customer ' || n, 'customer' || n || '@example.com', filed_at FROM plan
"""
_CASES = """
    INSERT INTO cases (id, reference, filing_key, state, source, customer_id, order_number, category, description,
        policy_digest, scope_review, urgent, restricted, filed_at, next_date, first_answer_by, expected_end, hard_cap,
        first_extended, final_extended, review_used, grants_all, open_remedies, last_event_seq, last_hash, updated_at,
        investigator_id, decider_id, cause)
    SELECT id, 'CD-' || lpad(to_hex(n), 8, '0'), 'many:' || n,
        CASE WHEN final_at IS NOT NULL OR (replied_at IS NOT NULL AND fate >= 0.25) THEN 'closed'
            WHEN replied_at IS NOT NULL THEN 'escalated' WHEN answered_at IS NOT NULL THEN 'outcome_offered'
            WHEN taken_at IS NOT NULL THEN 'investigating' ELSE 'filed' END,
        CASE WHEN chance < 0.5 THEN 'chat' ELSE 'form' END, customer_id, (100000 + n)::text, category,
        'It never came, and nobody answers me.', '', false, false, false, filed_at, filed_at + interval '15 days',
        filed_at + interval '15 days', filed_at + interval '30 days', filed_at + interval '42 days',
        false, false, false, false, 0, 8, '', filed_at, CASE WHEN taken_at IS NOT NULL THEN agent_id END,
        CASE WHEN final_at IS NOT NULL THEN manager_id END, CASE WHEN answered_at IS NOT NULL THEN cause END
    FROM plan
"""
_EVENTS = """
    INSERT INTO case_events (id, case_id, seq, kind, to_state, actor_kind, staff_id, audience, notice, data, at,
        prev_hash, hash)
    SELECT gen_random_uuid(), plan.id, event.seq, event.kind, event.kind, event.actor,
        CASE WHEN event.actor = 'staff' THEN event.staff_id END, 'everyone', 'none: many', event.data, event.at, '', ''
    FROM plan, LATERAL (VALUES
        (1, 'filed', 'customer', NULL, filed_at, '{}'),
        (2, 'taken', 'staff', agent_id, taken_at, jsonb_build_object('investigator', agent_id)),
        (3, 'progress_note', 'clock', NULL, filed_at + interval '7 days', '{}'),
        (4, 'outcome_offered', 'staff', agent_id, answered_at, '{}'),
        (5, CASE WHEN fate < 0.2 THEN 'refused' WHEN fate < 0.25 THEN 'unanswered' ELSE 'accepted' END, 'customer',
            NULL, replied_at, '{}'),
        (6, 'final_response', 'staff', manager_id, final_at, '{}'),
        (7, 'reopened', 'customer', NULL, CASE WHEN chance < 0.1 THEN final_at + interval '1 day' END, '{}'),
        (8, 'satisfaction_given', 'customer', NULL, CASE WHEN chance > 0.6 THEN replied_at + interval '7 days' END,
            jsonb_build_object('happy', fate > 0.4))
    ) AS event (seq, kind, actor, staff_id, at, data)
    WHERE event.at IS NOT NULL
"""
_PROMISES = """
    INSERT INTO case_promises (id, case_id, event_id, what, notice, due_at, told_at, state, settled_at)
    SELECT gen_random_uuid(), plan.id, filing.id, promise.what, 'N1', promise.due_at, filed_at,
        CASE WHEN promise.done_at <= promise.due_at THEN 'kept' WHEN promise.done_at IS NOT NULL THEN 'missed'
            ELSE 'open' END,
        promise.done_at
    FROM plan JOIN case_events AS filing ON filing.case_id = plan.id AND filing.seq = 1, LATERAL (VALUES
        ('named_person', filed_at + interval '1 day', taken_at),
        ('first_answer', filed_at + interval '15 days', answered_at),
        ('final_response', filed_at + interval '30 days', coalesce(final_at, replied_at))
    ) AS promise (what, due_at, done_at)
"""
_TASKS = """
    INSERT INTO case_tasks (id, case_id, kind, role, due_at, created_at)
    SELECT gen_random_uuid(), id, 'unowned', 'agent', filed_at + interval '1 day', filed_at
    FROM plan WHERE taken_at IS NULL
"""


def fill_cases(session: Session, cases: int, *, days: int, staff: int = STAFF) -> None:
    """Adds so many cases of the last `days`, worked on by `staff` people (tens: every tenth decides)."""
    values = {
        "now": clock.now(),
        "cases": cases,
        "days": days,
        "staff": staff,
        "categories": CATEGORIES,
        "causes": CAUSES,
    }
    for number in range(1, staff + 1):
        role = "agent" if number % 10 else "manager"
        session.add(Staff(id=staff_id(number), email=f"staff{number}@shop.example", name=f"Person {number}", role=role,
                          created_at=clock.now()))  # fmt: skip
    session.flush()
    session.execute(text("SELECT setseed(0.42)"))
    for statement in (_PLAN, _CUSTOMERS, _CASES, _EVENTS, _PROMISES, _TASKS):
        session.execute(text(statement), values)


def staff_id(number: int) -> UUID:
    """The id of one of those people."""
    return UUID(md5(f"staff{number}".encode(), usedforsecurity=False).hexdigest())


_TALKS = """
    CREATE TEMPORARY TABLE talks ON COMMIT DROP AS
    WITH dice AS (
        SELECT n, random() AS age, random() AS lot, random() AS speed, random() AS fate
        FROM generate_series(1, CAST(:chats AS integer)) AS n
    )
    SELECT n, md5('chat' || n)::uuid AS id, fate, speed, lot,
        CAST(:now AS timestamptz) - interval '1 hour' - age * CAST(:days AS integer) * interval '1 day' AS began,
        md5('staff' || (1 + floor(lot * CAST(:staff AS integer))::integer))::uuid AS agent_id,
        (CAST(:categories AS text[]))[1 + floor(lot * cardinality(CAST(:categories AS text[])))::integer] AS category
    FROM dice
"""
_CONVERSATIONS = """
    INSERT INTO conversations (id, session_digest, visitor_digest, owner, epoch, urgent, vulnerable, last_seq,
        delivered_seq, rasa_round, rasa_turns, facts, facts_version, corrections, created_at, updated_at)
    SELECT id, 'chat' || n, 'chat' || n, 'closed', 5, false, false, 12, 0, 1, 5,
        jsonb_build_object('category', category), 0, '{}', began, began + interval '1 hour'
    FROM talks
"""
_OWNERSHIPS = """
    INSERT INTO ownerships (id, conversation_id, epoch, owner, agent_id, reason, seq, at)
    SELECT gen_random_uuid(), talks.id, change.epoch, change.owner, change.agent, change.reason, change.seq,
        began + change.after * interval '1 minute'
    FROM talks, LATERAL (VALUES
        (0, 'bot', NULL::uuid, 'opened', 0, 0),
        (1, 'queue', NULL, 'asked', 6, 5),
        (2, 'agent', agent_id, 'claimed', 7, 5 + 8 * speed),
        (3, CASE WHEN fate < 0.1 THEN 'bot' ELSE 'closed' END, NULL,
            CASE WHEN fate < 0.1 THEN 'nobody_claimed' WHEN fate < 0.4 THEN 'ended_by_customer' ELSE 'closed_by_agent'
            END, 11, 30 + 20 * speed)
    ) AS change (epoch, owner, agent, reason, seq, after)
    WHERE change.epoch = 0 OR fate < 0.6 AND (change.epoch <> 2 OR fate >= 0.1)
"""
_MESSAGES = """
    INSERT INTO messages (id, conversation_id, seq, author, staff_id, audience, text, created_at)
    SELECT gen_random_uuid(), talks.id, seq,
        CASE WHEN seq > 8 AND fate >= 0.1 AND fate < 0.6 THEN 'agent' WHEN seq % 2 = 1 THEN 'customer' ELSE 'bot' END,
        CASE WHEN seq > 8 AND fate >= 0.1 AND fate < 0.6 THEN agent_id END, 'everyone', 'Words.',
        began + (seq + 12 * speed) * interval '1 minute'
    FROM talks, generate_series(1, 12) AS seq
"""
_ASKED = """
    INSERT INTO satisfactions (id, conversation_id, epoch, score, asked_at, answered_at)
    SELECT gen_random_uuid(), id, 3, CASE WHEN speed < 0.4 THEN 1 + floor(lot * 5)::integer END,
        began + interval '1 hour', CASE WHEN speed < 0.4 THEN began + interval '61 minutes' END
    FROM talks
"""


def fill_chats(session: Session, chats: int, *, days: int, staff: int = STAFF) -> None:
    """Adds so many chats of the last `days` with the people of `fill_cases`: six of ten asked for one of them."""
    values = {"now": clock.now(), "chats": chats, "days": days, "staff": staff, "categories": CATEGORIES}
    session.execute(text("SELECT setseed(0.24)"))
    for statement in (_TALKS, _CONVERSATIONS, _OWNERSHIPS, _MESSAGES, _ASKED):
        session.execute(text(statement), values)
