"""Teams, presence, who owned a conversation when, and what the queue and its times need."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE staff ADD COLUMN takes_chats BOOLEAN NOT NULL DEFAULT true")
    op.execute("ALTER TABLE staff ALTER COLUMN takes_chats DROP DEFAULT")
    op.execute("""
        CREATE TABLE teams (
            id UUID NOT NULL,
            name VARCHAR NOT NULL,
            is_default BOOLEAN NOT NULL,
            assignment VARCHAR,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_teams PRIMARY KEY (id),
            CONSTRAINT uq_teams_name UNIQUE (name),
            CONSTRAINT ck_teams_assignment CHECK (assignment IN ('manual', 'least_loaded'))
        )
    """)
    op.execute("CREATE UNIQUE INDEX uq_teams_is_default ON teams (is_default) WHERE is_default")
    op.execute("""
        CREATE TABLE team_members (
            team_id UUID NOT NULL,
            staff_id UUID NOT NULL,
            CONSTRAINT pk_team_members PRIMARY KEY (team_id, staff_id),
            CONSTRAINT fk_team_members_team_id FOREIGN KEY(team_id) REFERENCES teams (id) ON DELETE CASCADE,
            CONSTRAINT fk_team_members_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id) ON DELETE CASCADE
        )
    """)
    op.execute("CREATE INDEX ix_team_members_staff_id ON team_members (staff_id)")
    op.execute("""
        ALTER TABLE conversations
            ADD COLUMN visitor_digest VARCHAR,
            ADD COLUMN ip_digest VARCHAR,
            ADD COLUMN team_id UUID,
            ADD COLUMN urgent BOOLEAN NOT NULL DEFAULT false,
            ADD COLUMN vulnerable BOOLEAN NOT NULL DEFAULT false,
            ADD COLUMN first_waiting_since TIMESTAMP WITH TIME ZONE,
            ADD COLUMN claim_by TIMESTAMP WITH TIME ZONE,
            ADD COLUMN answer_by TIMESTAMP WITH TIME ZONE,
            ADD COLUMN left_message_at TIMESTAMP WITH TIME ZONE,
            ADD COLUMN end_reason VARCHAR,
            ADD COLUMN last_customer_at TIMESTAMP WITH TIME ZONE,
            ADD COLUMN last_agent_at TIMESTAMP WITH TIME ZONE,
            ADD CONSTRAINT fk_conversations_team_id FOREIGN KEY(team_id) REFERENCES teams (id) ON DELETE SET NULL
    """)
    op.execute("ALTER TABLE conversations ALTER COLUMN urgent DROP DEFAULT, ALTER COLUMN vulnerable DROP DEFAULT")
    # The rows there are: each browser had one chat; who holds a chat, or waits, has done so since then.
    op.execute("""
        UPDATE conversations SET visitor_digest = session_digest,
            first_waiting_since = CASE WHEN owner = 'queue' THEN waiting_since WHEN owner = 'agent' THEN updated_at END,
            last_customer_at = (SELECT max(created_at) FROM messages
                                WHERE conversation_id = conversations.id AND author = 'customer'),
            last_agent_at = (SELECT max(created_at) FROM messages
                             WHERE conversation_id = conversations.id AND author = 'agent' AND audience = 'everyone')
    """)
    op.execute("""
        ALTER TABLE conversations
            ALTER COLUMN visitor_digest SET NOT NULL,
            ADD CONSTRAINT ck_conversations_people_since
                CHECK ((owner IN ('queue', 'agent')) = (first_waiting_since IS NOT NULL)),
            ADD CONSTRAINT ck_conversations_end_reason
                CHECK (end_reason IN ('ended_by_customer', 'nobody_claimed', 'closed_by_agent', 'returned_to_assistant',
                                      'idle', 'internal_error'))
    """)
    op.execute("""
        CREATE UNIQUE INDEX uq_conversations_visitor_digest ON conversations (visitor_digest) WHERE owner <> 'closed'
    """)
    op.execute("DROP INDEX ix_conversations_waiting")
    op.execute("CREATE INDEX ix_conversations_waiting ON conversations (urgent, waiting_since) WHERE owner = 'queue'")
    op.execute("CREATE INDEX ix_conversations_bot_idle ON conversations (last_customer_at) WHERE owner = 'bot'")
    op.execute("""
        CREATE TABLE ownerships (
            id UUID NOT NULL,
            conversation_id UUID NOT NULL,
            epoch INTEGER NOT NULL,
            owner VARCHAR NOT NULL,
            agent_id UUID,
            team_id UUID,
            reason VARCHAR NOT NULL,
            by_staff_id UUID,
            seq INTEGER NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_ownerships PRIMARY KEY (id),
            CONSTRAINT uq_ownerships_conversation_id_epoch UNIQUE (conversation_id, epoch),
            CONSTRAINT ck_ownerships_owner CHECK (owner IN ('bot', 'queue', 'agent', 'closed')),
            CONSTRAINT ck_ownerships_agent_owns CHECK ((owner = 'agent') = (agent_id IS NOT NULL)),
            CONSTRAINT ck_ownerships_reason CHECK (reason IN (
                'opened', 'earlier', 'asked', 'message_left', 'claimed', 'assigned', 'taken_over',
                'transferred', 'agent_gone', 'not_answered', 'nobody_claimed', 'returned_by_customer',
                'returned_by_agent', 'ended_by_customer', 'closed_by_agent', 'idle', 'went_on', 'internal_error')),
            CONSTRAINT fk_ownerships_conversation_id FOREIGN KEY(conversation_id)
                REFERENCES conversations (id) ON DELETE CASCADE,
            CONSTRAINT fk_ownerships_agent_id FOREIGN KEY(agent_id) REFERENCES staff (id),
            CONSTRAINT fk_ownerships_team_id FOREIGN KEY(team_id) REFERENCES teams (id) ON DELETE SET NULL,
            CONSTRAINT fk_ownerships_by_staff_id FOREIGN KEY(by_staff_id) REFERENCES staff (id)
        )
    """)
    op.execute("CREATE INDEX ix_ownerships_at ON ownerships (at)")
    op.execute("""
        INSERT INTO ownerships (id, conversation_id, epoch, owner, agent_id, reason, seq, at)
        SELECT gen_random_uuid(), id, epoch, owner, agent_id, 'earlier', last_seq, updated_at FROM conversations
    """)
    op.execute("""
        CREATE TABLE staff_presence (
            id UUID NOT NULL,
            staff_id UUID NOT NULL,
            expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_staff_presence PRIMARY KEY (id),
            CONSTRAINT fk_staff_presence_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id) ON DELETE CASCADE
        )
    """)
    op.execute("CREATE INDEX ix_staff_presence_staff_id_expires_at ON staff_presence (staff_id, expires_at)")
    op.execute("""
        CREATE TABLE customer_presence (
            id UUID NOT NULL,
            conversation_id UUID NOT NULL,
            expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_customer_presence PRIMARY KEY (id),
            CONSTRAINT fk_customer_presence_conversation_id FOREIGN KEY(conversation_id)
                REFERENCES conversations (id) ON DELETE CASCADE
        )
    """)
    op.execute("""
        CREATE INDEX ix_customer_presence_conversation_id_expires_at ON customer_presence (conversation_id, expires_at)
    """)


def downgrade() -> None:
    op.execute("DROP TABLE customer_presence")
    op.execute("DROP TABLE staff_presence")
    op.execute("DROP TABLE ownerships")
    op.execute("DROP INDEX ix_conversations_bot_idle")
    op.execute("DROP INDEX ix_conversations_waiting")
    op.execute("CREATE INDEX ix_conversations_waiting ON conversations (waiting_since) WHERE owner = 'queue'")
    op.execute("DROP INDEX uq_conversations_visitor_digest")
    op.execute("""
        ALTER TABLE conversations
            DROP CONSTRAINT ck_conversations_end_reason,
            DROP CONSTRAINT ck_conversations_people_since,
            DROP COLUMN visitor_digest, DROP COLUMN ip_digest, DROP COLUMN team_id, DROP COLUMN urgent,
            DROP COLUMN vulnerable, DROP COLUMN first_waiting_since, DROP COLUMN claim_by, DROP COLUMN answer_by,
            DROP COLUMN left_message_at, DROP COLUMN end_reason, DROP COLUMN last_customer_at,
            DROP COLUMN last_agent_at
    """)
    op.execute("DROP TABLE team_members")
    op.execute("DROP TABLE teams")
    op.execute("ALTER TABLE staff DROP COLUMN takes_chats")
