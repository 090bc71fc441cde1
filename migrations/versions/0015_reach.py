"""How far each side of a chat has read, mail from and to a chat, and whether it has helped."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE conversations ADD COLUMN reply_email VARCHAR")
    op.execute("""
        CREATE TABLE read_marks (
            conversation_id UUID NOT NULL,
            customer_seen_seq INTEGER NOT NULL,
            customer_seen_at TIMESTAMP WITH TIME ZONE,
            staff_seen_seq INTEGER NOT NULL,
            mailed_seq INTEGER NOT NULL,
            CONSTRAINT pk_read_marks PRIMARY KEY (conversation_id),
            CONSTRAINT fk_read_marks_conversation_id FOREIGN KEY (conversation_id)
                REFERENCES conversations (id) ON DELETE CASCADE
        )
    """)
    op.execute("""
        CREATE TABLE satisfactions (
            id UUID NOT NULL,
            conversation_id UUID NOT NULL,
            epoch INTEGER NOT NULL,
            score INTEGER,
            words VARCHAR,
            asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
            answered_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT pk_satisfactions PRIMARY KEY (id),
            CONSTRAINT uq_satisfactions_conversation_id_epoch UNIQUE (conversation_id, epoch),
            CONSTRAINT ck_satisfactions_score CHECK (score BETWEEN 1 AND 5),
            CONSTRAINT ck_satisfactions_answered CHECK ((score IS NULL) = (answered_at IS NULL)),
            CONSTRAINT fk_satisfactions_conversation_id FOREIGN KEY (conversation_id)
                REFERENCES conversations (id) ON DELETE CASCADE
        )
    """)
    op.execute("CREATE INDEX ix_satisfactions_answered_at ON satisfactions (answered_at) WHERE answered_at IS NOT NULL")
    op.execute("ALTER TABLE notifications ADD COLUMN conversation_id UUID")
    op.execute("""
        CREATE INDEX ix_notifications_conversation_id ON notifications (conversation_id, created_at)
            WHERE conversation_id IS NOT NULL
    """)
    op.execute("ALTER TABLE inbound_mails ADD COLUMN conversation_id UUID")
    op.execute("ALTER TABLE inbound_mails DROP CONSTRAINT ck_inbound_mails_filed_into_case")
    op.execute("""
        ALTER TABLE inbound_mails ADD CONSTRAINT ck_inbound_mails_filed_somewhere
            CHECK (state <> 'filed' OR case_id IS NOT NULL OR conversation_id IS NOT NULL)
    """)
    op.execute("""
        CREATE INDEX ix_inbound_mails_conversation_id ON inbound_mails (conversation_id, received_at)
            WHERE conversation_id IS NOT NULL
    """)


def downgrade() -> None:
    op.execute("DROP INDEX ix_inbound_mails_conversation_id")
    op.execute("DELETE FROM inbound_mails WHERE state = 'filed' AND case_id IS NULL")
    op.execute("ALTER TABLE inbound_mails DROP CONSTRAINT ck_inbound_mails_filed_somewhere")
    op.execute("""
        ALTER TABLE inbound_mails ADD CONSTRAINT ck_inbound_mails_filed_into_case
            CHECK (state <> 'filed' OR case_id IS NOT NULL)
    """)
    op.execute("ALTER TABLE inbound_mails DROP COLUMN conversation_id")
    op.execute("DROP INDEX ix_notifications_conversation_id")
    op.execute("ALTER TABLE notifications DROP COLUMN conversation_id")
    op.execute("DROP TABLE satisfactions")
    op.execute("DROP TABLE read_marks")
    op.execute("ALTER TABLE conversations DROP COLUMN reply_email")
