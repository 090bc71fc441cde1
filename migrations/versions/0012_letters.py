"""Letters: what each rests on, the event it tells, and who is sending it at the moment."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE notifications
            ADD COLUMN event_kind VARCHAR,
            ADD COLUMN clauses JSONB NOT NULL DEFAULT '[]',
            ADD COLUMN policy_digest VARCHAR,
            ADD COLUMN seal VARCHAR,
            ADD COLUMN claimed_until TIMESTAMP WITH TIME ZONE
    """)
    op.execute("ALTER TABLE notifications ALTER COLUMN clauses DROP DEFAULT")
    op.execute("CREATE INDEX ix_notifications_recipient_day ON notifications (case_id, recipient, created_at)")


def downgrade() -> None:
    op.execute("DROP INDEX ix_notifications_recipient_day")
    op.execute("""
        ALTER TABLE notifications DROP COLUMN event_kind, DROP COLUMN clauses, DROP COLUMN policy_digest,
            DROP COLUMN seal, DROP COLUMN claimed_until
    """)
