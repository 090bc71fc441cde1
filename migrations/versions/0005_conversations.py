"""Conversations and messages."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE conversations (
            id UUID NOT NULL,
            session_digest VARCHAR NOT NULL,
            owner VARCHAR NOT NULL,
            epoch INTEGER NOT NULL,
            agent_id UUID,
            waiting_since TIMESTAMP WITH TIME ZONE,
            handoff_reason VARCHAR,
            handoff_summary VARCHAR,
            last_seq INTEGER NOT NULL,
            delivered_seq INTEGER NOT NULL,
            rasa_round INTEGER NOT NULL,
            rasa_turns INTEGER NOT NULL,
            facts JSONB NOT NULL,
            status_request_id UUID,
            page VARCHAR,
            locale VARCHAR,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_conversations PRIMARY KEY (id),
            CONSTRAINT ck_conversations_owner CHECK (owner IN ('bot', 'queue', 'agent', 'closed')),
            CONSTRAINT ck_conversations_agent_owns CHECK ((owner = 'agent') = (agent_id IS NOT NULL)),
            CONSTRAINT ck_conversations_queue_waits CHECK ((owner = 'queue') = (waiting_since IS NOT NULL)),
            CONSTRAINT uq_conversations_session_digest UNIQUE (session_digest),
            CONSTRAINT fk_conversations_agent_id FOREIGN KEY(agent_id) REFERENCES staff (id),
            CONSTRAINT fk_conversations_status_request_id FOREIGN KEY(status_request_id) REFERENCES status_requests (id)
        )
    """)
    op.execute("""
        CREATE INDEX ix_conversations_agent_id ON conversations (agent_id) WHERE owner = 'agent'
    """)
    op.execute("""
        CREATE INDEX ix_conversations_updated_at ON conversations (updated_at)
    """)
    op.execute("""
        CREATE INDEX ix_conversations_waiting ON conversations (waiting_since) WHERE owner = 'queue'
    """)
    op.execute("""
        CREATE TABLE messages (
            id UUID NOT NULL,
            conversation_id UUID NOT NULL,
            seq INTEGER NOT NULL,
            author VARCHAR NOT NULL,
            staff_id UUID,
            author_name VARCHAR,
            audience VARCHAR NOT NULL,
            text VARCHAR NOT NULL,
            payload VARCHAR,
            note JSONB,
            quick_replies JSONB,
            attachment JSONB,
            card JSONB,
            client_id VARCHAR,
            reply_to UUID,
            reply_index INTEGER,
            turn VARCHAR,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_messages PRIMARY KEY (id),
            CONSTRAINT uq_messages_conversation_id_seq UNIQUE (conversation_id, seq),
            CONSTRAINT uq_messages_reply_to_reply_index UNIQUE (reply_to, reply_index),
            CONSTRAINT ck_messages_author CHECK (author IN ('customer', 'bot', 'agent', 'system')),
            CONSTRAINT ck_messages_audience CHECK (audience IN ('everyone', 'staff')),
            CONSTRAINT ck_messages_turn CHECK (turn IN ('waiting', 'answered', 'dropped', 'failed')),
            CONSTRAINT ck_messages_agent_named CHECK ((author = 'agent') = (staff_id IS NOT NULL)),
            CONSTRAINT fk_messages_conversation_id FOREIGN KEY(conversation_id) REFERENCES conversations (id) ON DELETE CASCADE,
            CONSTRAINT fk_messages_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
            CONSTRAINT fk_messages_reply_to FOREIGN KEY(reply_to) REFERENCES messages (id) ON DELETE CASCADE
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX uq_messages_conversation_id_client_id ON messages (conversation_id, client_id) WHERE client_id IS NOT NULL
    """)


def downgrade() -> None:
    op.execute("DROP TABLE messages")
    op.execute("DROP TABLE conversations")
