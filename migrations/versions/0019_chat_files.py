"""Files in the chat, who of the staff looked at them, and what customers corrected on the hand-over card."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE chat_files (
            id UUID NOT NULL,
            conversation_id UUID NOT NULL,
            message_id UUID NOT NULL,
            round INTEGER NOT NULL,
            author VARCHAR NOT NULL,
            file_name VARCHAR NOT NULL,
            kind VARCHAR NOT NULL,
            size INTEGER NOT NULL,
            sha256 VARCHAR NOT NULL,
            stored_as VARCHAR NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_chat_files PRIMARY KEY (id),
            CONSTRAINT uq_chat_files_message_id UNIQUE (message_id),
            CONSTRAINT uq_chat_files_stored_as UNIQUE (stored_as),
            CONSTRAINT uq_chat_files_conversation_id_round_author_sha256
                UNIQUE (conversation_id, round, author, sha256),
            CONSTRAINT ck_chat_files_author CHECK (author IN ('customer', 'agent')),
            CONSTRAINT ck_chat_files_kind CHECK (kind IN ('jpg', 'png', 'pdf')),
            CONSTRAINT ck_chat_files_size CHECK (size > 0),
            CONSTRAINT fk_chat_files_conversation_id FOREIGN KEY (conversation_id)
                REFERENCES conversations (id) ON DELETE CASCADE,
            CONSTRAINT fk_chat_files_message_id FOREIGN KEY (message_id) REFERENCES messages (id) ON DELETE CASCADE
        )
    """)
    op.execute("""
        CREATE TABLE chat_file_views (
            id UUID NOT NULL,
            file_id UUID NOT NULL,
            staff_id UUID NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_chat_file_views PRIMARY KEY (id),
            CONSTRAINT fk_chat_file_views_file_id FOREIGN KEY (file_id) REFERENCES chat_files (id) ON DELETE CASCADE,
            CONSTRAINT fk_chat_file_views_staff_id FOREIGN KEY (staff_id) REFERENCES staff (id)
        )
    """)
    op.execute("CREATE INDEX ix_chat_file_views_file_id ON chat_file_views (file_id)")
    op.execute("""
        ALTER TABLE conversations
            ADD COLUMN corrections JSONB NOT NULL DEFAULT '{}',
            ADD COLUMN facts_version INTEGER NOT NULL DEFAULT 0
    """)
    op.execute("ALTER TABLE conversations ALTER COLUMN corrections DROP DEFAULT")
    op.execute("ALTER TABLE conversations ALTER COLUMN facts_version DROP DEFAULT")


def downgrade() -> None:
    op.execute("ALTER TABLE conversations DROP COLUMN corrections, DROP COLUMN facts_version")
    op.execute("DROP TABLE chat_file_views")
    op.execute("DROP TABLE chat_files")
