"""Why each chat changes hands, more closely; and when a customer asked for a person and nobody was there."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

WHYS = "'asked', 'not_understood', 'remedy_accepted', 'legal', 'urgent', 'vulnerable', 'message_left', 'by_mail'"


def upgrade() -> None:
    op.execute("ALTER TABLE ownerships DROP CONSTRAINT ck_ownerships_reason")
    op.execute("UPDATE ownerships SET reason = 'to_team' WHERE reason = 'transferred' AND owner = 'queue'")
    op.execute("""
        UPDATE ownerships SET reason = CASE WHEN staff.role = 'manager' THEN 'to_manager' ELSE 'to_colleague' END
        FROM staff WHERE staff.id = ownerships.agent_id AND ownerships.reason = 'transferred'
    """)
    op.execute("UPDATE ownerships SET reason = 'agent_left' WHERE reason = 'agent_gone' AND by_staff_id IS NOT NULL")
    op.execute("""
        UPDATE ownerships SET reason = 'by_mail'
        FROM messages WHERE messages.conversation_id = ownerships.conversation_id AND messages.seq = ownerships.seq
            AND messages.client_id LIKE 'mail:%' AND ownerships.reason = 'message_left'
    """)
    op.execute(f"""
        ALTER TABLE ownerships ADD CONSTRAINT ck_ownerships_reason CHECK (reason IN ({WHYS},
            'opened', 'earlier', 'claimed', 'assigned', 'taken_over', 'to_colleague', 'to_manager', 'to_team',
            'agent_gone', 'agent_left', 'not_answered', 'nobody_claimed', 'returned_by_customer', 'returned_by_agent',
            'ended_by_customer', 'closed_by_agent', 'idle', 'went_on', 'internal_error'))
    """)
    op.execute("""
        UPDATE conversations SET handoff_reason = CASE handoff_reason
            WHEN 'left a message' THEN 'message_left' WHEN 'answered by mail' THEN 'by_mail' ELSE 'asked' END
        WHERE handoff_reason IS NOT NULL
    """)
    op.execute(f"""
        ALTER TABLE conversations
            ADD CONSTRAINT ck_conversations_handoff_reason CHECK (handoff_reason IN ({WHYS}))
    """)
    op.execute(f"""
        CREATE TABLE unmet_requests (
            id UUID NOT NULL,
            conversation_id UUID NOT NULL,
            reason VARCHAR NOT NULL,
            office_open BOOLEAN NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_unmet_requests PRIMARY KEY (id),
            CONSTRAINT ck_unmet_requests_reason CHECK (reason IN ({WHYS})),
            CONSTRAINT fk_unmet_requests_conversation_id FOREIGN KEY(conversation_id)
                REFERENCES conversations (id) ON DELETE CASCADE
        )
    """)
    op.execute("CREATE INDEX ix_unmet_requests_at ON unmet_requests (at)")
    op.execute("CREATE INDEX ix_unmet_requests_conversation_id ON unmet_requests (conversation_id)")


def downgrade() -> None:
    op.execute("DROP TABLE unmet_requests")
    op.execute("ALTER TABLE conversations DROP CONSTRAINT ck_conversations_handoff_reason")
    op.execute("ALTER TABLE ownerships DROP CONSTRAINT ck_ownerships_reason")
    op.execute("""
        UPDATE ownerships SET reason = CASE
            WHEN reason IN ('to_colleague', 'to_manager', 'to_team') THEN 'transferred'
            WHEN reason = 'agent_left' THEN 'agent_gone'
            WHEN reason = 'by_mail' THEN 'message_left'
            WHEN reason IN ('not_understood', 'remedy_accepted', 'legal', 'urgent', 'vulnerable') THEN 'asked'
            ELSE reason END
    """)
    op.execute("""
        ALTER TABLE ownerships ADD CONSTRAINT ck_ownerships_reason CHECK (reason IN (
            'opened', 'earlier', 'asked', 'message_left', 'claimed', 'assigned', 'taken_over',
            'transferred', 'agent_gone', 'not_answered', 'nobody_claimed', 'returned_by_customer',
            'returned_by_agent', 'ended_by_customer', 'closed_by_agent', 'idle', 'went_on', 'internal_error'))
    """)
