"""Who of the staff looks at a chat, and finding other chats of one address."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE conversation_viewers (
            lease_id UUID NOT NULL,
            conversation_id UUID NOT NULL,
            CONSTRAINT pk_conversation_viewers PRIMARY KEY (lease_id, conversation_id),
            CONSTRAINT fk_conversation_viewers_lease_id FOREIGN KEY (lease_id)
                REFERENCES staff_presence (id) ON DELETE CASCADE,
            CONSTRAINT fk_conversation_viewers_conversation_id FOREIGN KEY (conversation_id)
                REFERENCES conversations (id) ON DELETE CASCADE
        )
    """)
    op.execute("CREATE INDEX ix_conversation_viewers_conversation_id ON conversation_viewers (conversation_id)")
    op.execute("CREATE INDEX ix_conversations_contact_email ON conversations (lower(facts ->> 'contact_email'))")


def downgrade() -> None:
    op.execute("DROP INDEX ix_conversations_contact_email")
    op.execute("DROP TABLE conversation_viewers")
