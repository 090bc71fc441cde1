"""Inbound mail."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE inbound_mails (
            id UUID NOT NULL,
            key VARCHAR NOT NULL,
            via VARCHAR NOT NULL,
            state VARCHAR NOT NULL,
            why VARCHAR,
            case_id UUID,
            event_id UUID,
            sender VARCHAR,
            subject VARCHAR,
            text VARCHAR,
            original VARCHAR,
            refused JSONB NOT NULL,
            raw BYTEA,
            received_at TIMESTAMP WITH TIME ZONE NOT NULL,
            done_at TIMESTAMP WITH TIME ZONE,
            done_by_id UUID,
            erased_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT pk_inbound_mails PRIMARY KEY (id),
            CONSTRAINT uq_inbound_mails_key UNIQUE (key),
            CONSTRAINT ck_inbound_mails_state
                CHECK (state IN ('filed', 'to_read', 'unmatched', 'dismissed', 'dropped', 'bounce')),
            CONSTRAINT ck_inbound_mails_via CHECK (via IN ('imap', 'webhook')),
            CONSTRAINT ck_inbound_mails_filed_into_case CHECK (state <> 'filed' OR case_id IS NOT NULL),
            CONSTRAINT fk_inbound_mails_case_id FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT fk_inbound_mails_event_id FOREIGN KEY (event_id) REFERENCES case_events (id),
            CONSTRAINT fk_inbound_mails_done_by_id FOREIGN KEY (done_by_id) REFERENCES staff (id)
        )
    """)
    op.execute("CREATE INDEX ix_inbound_mails_case_id ON inbound_mails (case_id, received_at)")
    op.execute("CREATE INDEX ix_inbound_mails_waiting ON inbound_mails (received_at) WHERE done_at IS NULL")
    op.execute("CREATE INDEX ix_notifications_message_id ON notifications (message_id)")


def downgrade() -> None:
    op.execute("DROP INDEX ix_notifications_message_id")
    op.execute("DROP TABLE inbound_mails")
