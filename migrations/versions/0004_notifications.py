"""Letters as rows."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE notifications (
            id UUID NOT NULL,
            dedupe_key VARCHAR NOT NULL,
            kind VARCHAR NOT NULL,
            case_id UUID,
            event_id UUID,
            recipient VARCHAR,
            subject VARCHAR NOT NULL,
            text VARCHAR NOT NULL,
            html VARCHAR NOT NULL,
            state VARCHAR NOT NULL,
            attempts INTEGER NOT NULL,
            last_error VARCHAR,
            message_id VARCHAR NOT NULL,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            sent_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT pk_notifications PRIMARY KEY (id),
            CONSTRAINT ck_notifications_state CHECK (state IN ('pending', 'sent', 'failed', 'skipped')),
            CONSTRAINT ck_notifications_sent_at CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
            CONSTRAINT uq_notifications_dedupe_key UNIQUE (dedupe_key),
            CONSTRAINT fk_notifications_case_id FOREIGN KEY(case_id) REFERENCES cases (id),
            CONSTRAINT fk_notifications_event_id FOREIGN KEY(event_id) REFERENCES case_events (id)
        )
    """)
    op.execute("""
        CREATE INDEX ix_notifications_case_id ON notifications (case_id)
    """)
    op.execute("""
        CREATE INDEX ix_notifications_pending ON notifications (created_at) WHERE state = 'pending'
    """)


def downgrade() -> None:
    op.execute("DROP TABLE notifications")
