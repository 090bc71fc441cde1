"""Indexes for reports: what happened, was filed or was promised within some days."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX ix_cases_filed_at ON cases (filed_at)")
    op.execute("CREATE INDEX ix_case_events_kind_at ON case_events (kind, at) INCLUDE (case_id, seq)")
    op.execute("CREATE INDEX ix_case_promises_due_at ON case_promises (due_at)")
    op.execute("CREATE INDEX ix_case_promises_open_due_at ON case_promises (due_at) WHERE state = 'open'")
    op.execute("CREATE INDEX ix_conversations_created_at ON conversations (created_at)")
    op.execute("CREATE INDEX ix_satisfactions_asked_at ON satisfactions (asked_at)")


def downgrade() -> None:
    op.execute("DROP INDEX ix_satisfactions_asked_at")
    op.execute("DROP INDEX ix_conversations_created_at")
    op.execute("DROP INDEX ix_case_promises_open_due_at")
    op.execute("DROP INDEX ix_case_promises_due_at")
    op.execute("DROP INDEX ix_case_events_kind_at")
    op.execute("DROP INDEX ix_cases_filed_at")
