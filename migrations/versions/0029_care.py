"""Words that may call for special care make the program ask staff; abuse is a reason for a hand-off."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

BEFORE = "'asked', 'not_understood', 'remedy_accepted', 'legal', 'urgent', 'vulnerable', 'message_left', 'by_mail'"
AFTER = f"{BEFORE}, 'abuse'"
CHANGES = """'opened', 'earlier', 'claimed', 'assigned', 'taken_over', 'to_colleague', 'to_manager', 'to_team',
    'agent_gone', 'agent_left', 'not_answered', 'nobody_claimed', 'returned_by_customer', 'returned_by_agent',
    'ended_by_customer', 'closed_by_agent', 'idle', 'went_on', 'internal_error'"""
TABLES = (
    ("ownerships", "reason", f", {CHANGES}"),
    ("conversations", "handoff_reason", ""),
    ("unmet_requests", "reason", ""),
)


def upgrade() -> None:
    op.execute("""
        ALTER TABLE conversations
            ADD COLUMN care_seq INTEGER,
            ADD COLUMN care_dismissed_at TIMESTAMP WITH TIME ZONE
    """)
    _allow(AFTER)


def downgrade() -> None:
    for table, column, _ in TABLES:
        op.execute(f"UPDATE {table} SET {column} = 'asked' WHERE {column} = 'abuse'")
    _allow(BEFORE)
    op.execute("ALTER TABLE conversations DROP COLUMN care_dismissed_at, DROP COLUMN care_seq")


def _allow(whys: str) -> None:
    for table, column, others in TABLES:
        op.execute(f"""
            ALTER TABLE {table}
                DROP CONSTRAINT ck_{table}_{column},
                ADD CONSTRAINT ck_{table}_{column} CHECK ({column} IN ({whys}{others}))
        """)
