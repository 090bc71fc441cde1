"""What was promised for each message that a customer left, and what became of it."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE left_messages (
            id UUID NOT NULL,
            conversation_id UUID NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            promised_by TIMESTAMP WITH TIME ZONE NOT NULL,
            late_at TIMESTAMP WITH TIME ZONE,
            calls INTEGER NOT NULL,
            called_at TIMESTAMP WITH TIME ZONE,
            ended_at TIMESTAMP WITH TIME ZONE,
            ended_how VARCHAR,
            CONSTRAINT pk_left_messages PRIMARY KEY (id),
            CONSTRAINT ck_left_messages_ended_how CHECK (ended_how IN ('answered', 'reached', 'over')),
            CONSTRAINT ck_left_messages_ended CHECK ((ended_at IS NULL) = (ended_how IS NULL)),
            CONSTRAINT fk_left_messages_conversation_id FOREIGN KEY(conversation_id)
                REFERENCES conversations (id) ON DELETE CASCADE
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX uq_left_messages_conversation_id ON left_messages (conversation_id) WHERE ended_at IS NULL
    """)
    op.execute("CREATE INDEX ix_left_messages_promised_by ON left_messages (promised_by) WHERE ended_at IS NULL")
    op.execute("CREATE INDEX ix_left_messages_chat ON left_messages (conversation_id, at)")
    # Those that wait now were promised no day. Three days from when they were left is when one should be worried.
    op.execute("""
        INSERT INTO left_messages (id, conversation_id, at, promised_by, calls)
        SELECT gen_random_uuid(), conversations.id, newest.at, newest.at + interval '3 days', 0
        FROM conversations, LATERAL (
            SELECT ownerships.epoch, ownerships.seq, ownerships.at FROM ownerships
            WHERE ownerships.conversation_id = conversations.id AND ownerships.reason IN ('message_left', 'by_mail')
            ORDER BY ownerships.epoch DESC LIMIT 1
        ) AS newest
        WHERE conversations.owner IN ('queue', 'agent')
            AND NOT EXISTS (
                SELECT 1 FROM ownerships AS over WHERE over.conversation_id = conversations.id
                AND over.epoch > newest.epoch AND over.owner IN ('bot', 'closed'))
            AND NOT EXISTS (
                SELECT 1 FROM messages WHERE messages.conversation_id = conversations.id AND messages.seq > newest.seq
                AND messages.author = 'agent' AND messages.audience = 'everyone')
    """)


def downgrade() -> None:
    op.execute("DROP TABLE left_messages")
