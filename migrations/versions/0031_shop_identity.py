"""The shop may say who its signed-in customer is: a proof without a code, and chats that are theirs alone."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE status_requests
            ALTER COLUMN lookup DROP NOT NULL,
            ADD COLUMN by_shop BOOLEAN NOT NULL DEFAULT false,
            ADD CONSTRAINT ck_status_requests_by_shop CHECK (by_shop = (lookup IS NULL))
    """)
    op.execute("""
        ALTER TABLE conversations
            ADD COLUMN identity_digest VARCHAR,
            ADD COLUMN identity_round INTEGER NOT NULL DEFAULT 0
    """)
    op.execute("""
        CREATE INDEX ix_conversations_identity_digest ON conversations (identity_digest)
        WHERE identity_digest IS NOT NULL
    """)
    op.execute("""
        CREATE TABLE identity_tokens (
            digest VARCHAR NOT NULL,
            visitor_digest VARCHAR NOT NULL,
            expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_identity_tokens PRIMARY KEY (digest)
        )
    """)


def downgrade() -> None:
    op.execute("DROP TABLE identity_tokens")
    op.execute("ALTER TABLE conversations DROP COLUMN identity_digest, DROP COLUMN identity_round")
    op.execute("""
        UPDATE conversations SET status_request_id = NULL
        WHERE status_request_id IN (SELECT id FROM status_requests WHERE by_shop)
    """)
    op.execute("DELETE FROM status_requests WHERE by_shop")
    op.execute("""
        ALTER TABLE status_requests
            DROP CONSTRAINT ck_status_requests_by_shop,
            DROP COLUMN by_shop,
            ALTER COLUMN lookup SET NOT NULL
    """)
