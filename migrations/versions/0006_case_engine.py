"""The case engine: clocks, promises, tasks, views, and a history chained by hashes, with people's words apart."""

import hashlib
import json
import secrets
from datetime import UTC

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NEW_COLUMNS = """
    prior_state VARCHAR, withdrawn_from VARCHAR, decider_id UUID, neutral_id UUID, merged_into_id UUID,
    linked_to_id UUID, reseller VARCHAR, country VARCHAR, policy_digest VARCHAR NOT NULL DEFAULT '',
    restricted BOOLEAN NOT NULL DEFAULT false, paused_at TIMESTAMPTZ, first_extended BOOLEAN NOT NULL DEFAULT false,
    final_extended BOOLEAN NOT NULL DEFAULT false, review_used BOOLEAN NOT NULL DEFAULT false,
    grants_all BOOLEAN NOT NULL DEFAULT false, open_remedies INTEGER NOT NULL DEFAULT 0, resolution VARCHAR,
    outcome_code VARCHAR, cause VARCHAR, final_sent_at TIMESTAMPTZ, deadlock_notice_at TIMESTAMPTZ,
    final_overdue_at TIMESTAMPTZ, remedy_overdue_at TIMESTAMPTZ, last_call_at TIMESTAMPTZ, window_ends TIMESTAMPTZ,
    ended_at TIMESTAMPTZ, hold_until TIMESTAMPTZ, contact_erased_at TIMESTAMPTZ, erased_at TIMESTAMPTZ,
    last_hash VARCHAR NOT NULL DEFAULT ''
"""
STATES = (
    "'filed', 'investigating', 'awaiting_customer', 'outcome_offered', 'mediation_offered', 'in_mediation', 'escalated', "
    "'final_response', 'resolved', 'closed', 'withdrawn', 'redirected', 'merged'"
)
COLUMN_NAMES = [part.split()[0] for part in NEW_COLUMNS.split(",")]
DEFAULTED = [part.split()[0] for part in NEW_COLUMNS.split(",") if "DEFAULT" in part]


def upgrade() -> None:
    for part in NEW_COLUMNS.split(","):
        op.execute(f"ALTER TABLE cases ADD COLUMN {part.strip()}")
    op.execute("""
        ALTER TABLE cases
            ADD CONSTRAINT fk_cases_decider_id FOREIGN KEY (decider_id) REFERENCES staff (id),
            ADD CONSTRAINT fk_cases_neutral_id FOREIGN KEY (neutral_id) REFERENCES staff (id),
            ADD CONSTRAINT fk_cases_merged_into_id FOREIGN KEY (merged_into_id) REFERENCES cases (id),
            ADD CONSTRAINT fk_cases_linked_to_id FOREIGN KEY (linked_to_id) REFERENCES cases (id),
            ADD CONSTRAINT ck_cases_resolution CHECK (resolution IN ('confirmed', 'assumed', 'settled')),
            ADD CONSTRAINT ck_cases_outcome_code CHECK (outcome_code IN ('upheld', 'partly_upheld', 'not_upheld', 'goodwill', 'settled', 'no_finding')),
            ADD CONSTRAINT ck_cases_open_remedies CHECK (open_remedies >= 0)
    """)
    op.execute(
        f"ALTER TABLE cases DROP CONSTRAINT ck_cases_state, ADD CONSTRAINT ck_cases_state CHECK (state IN ('draft', {STATES}))"
    )
    op.execute("DROP INDEX ix_cases_open_by_expected_end")
    op.execute("""
        CREATE INDEX ix_cases_open_by_next_date ON cases (next_date)
        WHERE state NOT IN ('resolved', 'closed', 'withdrawn', 'redirected', 'merged')
    """)
    op.execute("CREATE INDEX ix_cases_ended_at ON cases (ended_at) WHERE ended_at IS NOT NULL")
    op.execute("CREATE INDEX ix_cases_decider_id ON cases (decider_id)")
    op.execute("CREATE INDEX ix_cases_neutral_id ON cases (neutral_id)")
    op.execute("""
        ALTER TABLE case_events ADD COLUMN text_digest VARCHAR, ADD COLUMN due_at TIMESTAMPTZ,
            ADD COLUMN prev_hash VARCHAR, ADD COLUMN hash VARCHAR
    """)
    op.execute("""
        CREATE TABLE case_event_texts (
            event_id UUID NOT NULL,
            text VARCHAR,
            reason VARCHAR,
            salt VARCHAR NOT NULL,
            CONSTRAINT pk_case_event_texts PRIMARY KEY (event_id),
            CONSTRAINT fk_case_event_texts_event_id FOREIGN KEY (event_id) REFERENCES case_events (id)
        )
    """)
    chain_old_events(op.get_bind())
    op.execute("ALTER TABLE case_events ALTER COLUMN prev_hash SET NOT NULL, ALTER COLUMN hash SET NOT NULL")
    op.execute("ALTER TABLE case_events DROP COLUMN reason")
    for name in DEFAULTED:
        op.execute(f"ALTER TABLE cases ALTER COLUMN {name} DROP DEFAULT")
    op.execute("""
        CREATE TABLE case_timers (
            id UUID NOT NULL,
            case_id UUID NOT NULL,
            kind VARCHAR NOT NULL,
            due_at TIMESTAMP WITH TIME ZONE NOT NULL,
            subject_id UUID,
            suspended_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT pk_case_timers PRIMARY KEY (id),
            CONSTRAINT fk_case_timers_case_id FOREIGN KEY (case_id) REFERENCES cases (id)
        )
    """)
    op.execute("CREATE INDEX ix_case_timers_due_at ON case_timers (due_at) WHERE suspended_at IS NULL")
    op.execute("CREATE INDEX ix_case_timers_case_id ON case_timers (case_id)")
    op.execute("""
        INSERT INTO case_timers (id, case_id, kind, due_at)
        SELECT gen_random_uuid(), cases.id, timer.kind, timer.due_at
        FROM cases, LATERAL (VALUES
            ('named_person', next_date), ('first_answer', first_answer_by), ('hard_cap', hard_cap)
        ) AS timer (kind, due_at)
        WHERE timer.due_at IS NOT NULL AND (state = 'filed' OR (state = 'investigating' AND timer.kind <> 'named_person'))
    """)
    op.execute("""
        CREATE TABLE case_promises (
            id UUID NOT NULL,
            case_id UUID NOT NULL,
            event_id UUID NOT NULL,
            what VARCHAR NOT NULL,
            notice VARCHAR NOT NULL,
            due_at TIMESTAMP WITH TIME ZONE NOT NULL,
            told_at TIMESTAMP WITH TIME ZONE NOT NULL,
            state VARCHAR NOT NULL,
            settled_at TIMESTAMP WITH TIME ZONE,
            moved_reason VARCHAR,
            replaced_by_id UUID,
            CONSTRAINT pk_case_promises PRIMARY KEY (id),
            CONSTRAINT ck_case_promises_state CHECK (state IN ('open', 'kept', 'missed', 'moved', 'dropped')),
            CONSTRAINT ck_case_promises_settled CHECK ((state = 'open') = (settled_at IS NULL)),
            CONSTRAINT fk_case_promises_case_id FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT fk_case_promises_event_id FOREIGN KEY (event_id) REFERENCES case_events (id),
            CONSTRAINT fk_case_promises_replaced_by_id FOREIGN KEY (replaced_by_id) REFERENCES case_promises (id)
        )
    """)
    op.execute("CREATE INDEX ix_case_promises_case_id ON case_promises (case_id)")
    op.execute("""
        CREATE TABLE case_tasks (
            id UUID NOT NULL,
            case_id UUID NOT NULL,
            kind VARCHAR NOT NULL,
            subject_id UUID,
            role VARCHAR NOT NULL,
            staff_id UUID,
            due_at TIMESTAMP WITH TIME ZONE,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            done_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT pk_case_tasks PRIMARY KEY (id),
            CONSTRAINT fk_case_tasks_case_id FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT fk_case_tasks_staff_id FOREIGN KEY (staff_id) REFERENCES staff (id)
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX uq_case_tasks_open ON case_tasks (case_id, kind, coalesce(subject_id, case_id))
        WHERE done_at IS NULL
    """)
    op.execute("CREATE INDEX ix_case_tasks_open_due_at ON case_tasks (due_at) WHERE done_at IS NULL")
    op.execute("""
        CREATE TABLE case_views (
            id UUID NOT NULL,
            case_id UUID NOT NULL,
            staff_id UUID NOT NULL,
            what VARCHAR NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_case_views PRIMARY KEY (id),
            CONSTRAINT fk_case_views_case_id FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT fk_case_views_staff_id FOREIGN KEY (staff_id) REFERENCES staff (id)
        )
    """)
    op.execute("CREATE INDEX ix_case_views_case_id ON case_views (case_id, at)")
    op.execute("""
        CREATE TABLE policy_versions (
            digest VARCHAR NOT NULL,
            text VARCHAR NOT NULL,
            first_used_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_policy_versions PRIMARY KEY (digest)
        )
    """)
    op.execute("ALTER TABLE messages ADD COLUMN trace VARCHAR")


def downgrade() -> None:
    op.execute("ALTER TABLE messages DROP COLUMN trace")
    for table in ("policy_versions", "case_views", "case_tasks", "case_promises", "case_timers", "case_event_texts"):
        op.execute(f"DROP TABLE {table}")
    op.execute("""
        ALTER TABLE case_events DROP COLUMN text_digest, DROP COLUMN due_at, DROP COLUMN prev_hash, DROP COLUMN hash,
            ADD COLUMN reason VARCHAR
    """)
    op.execute(
        f"ALTER TABLE cases DROP CONSTRAINT ck_cases_state, ADD CONSTRAINT ck_cases_state CHECK (state IN ({STATES}))"
    )
    op.execute("DROP INDEX ix_cases_ended_at")
    op.execute("DROP INDEX ix_cases_open_by_next_date")
    op.execute("ALTER TABLE cases DROP CONSTRAINT ck_cases_open_remedies")
    for name in COLUMN_NAMES:
        op.execute(f"ALTER TABLE cases DROP COLUMN {name}")
    op.execute("""
        CREATE INDEX ix_cases_open_by_expected_end ON cases (expected_end)
        WHERE state NOT IN ('resolved', 'closed', 'withdrawn', 'redirected', 'merged')
    """)


def chain_old_events(connection: sa.Connection) -> None:
    """Moves what people wrote out of old events, and chains the events; as `cases.chain` does since."""
    connection.execute(sa.text("ALTER TABLE case_events DISABLE TRIGGER case_events_append_only"))
    heads: dict[object, str] = {}
    rows = connection.execute(sa.text("SELECT * FROM case_events ORDER BY case_id, seq")).mappings().all()
    for row in rows:
        data = dict(row["data"])
        text, reason, digest = data.pop("text", None), row["reason"], None
        if text is not None or reason is not None:
            salt = secrets.token_hex(16)
            digest = hashlib.sha256(json.dumps([salt, text, reason]).encode()).hexdigest()
            connection.execute(
                sa.text(
                    "INSERT INTO case_event_texts (event_id, text, reason, salt) VALUES (:id, :text, :reason, :salt)"
                ),
                {"id": row["id"], "text": text, "reason": reason, "salt": salt},
            )
        before = heads.get(row["case_id"], "")
        content = {
            "prev": before,
            "case": str(row["case_id"]),
            "seq": row["seq"],
            "kind": row["kind"],
            "from": row["from_state"],
            "to": row["to_state"],
            "actor": row["actor_kind"],
            "staff": str(row["staff_id"]) if row["staff_id"] else None,
            "audience": row["audience"],
            "clause": row["clause_id"],
            "notice": row["notice"],
            "data": data,
            "text": digest,
            "due": None,
            "at": row["at"].astimezone(UTC).isoformat(),
        }
        written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        head = hashlib.sha256(written.encode()).hexdigest()
        connection.execute(
            sa.text(
                "UPDATE case_events SET data = CAST(:data AS jsonb), text_digest = :digest, prev_hash = :prev, hash = :hash WHERE id = :id"
            ),
            {"data": json.dumps(data), "digest": digest, "prev": before, "hash": head, "id": row["id"]},
        )
        heads[row["case_id"]] = head
    for case_id, head in heads.items():
        connection.execute(sa.text("UPDATE cases SET last_hash = :hash WHERE id = :id"), {"hash": head, "id": case_id})
    connection.execute(sa.text("ALTER TABLE case_events ENABLE TRIGGER case_events_append_only"))
