"""Canned replies."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE canned_replies (
            id UUID NOT NULL,
            code VARCHAR NOT NULL,
            title VARCHAR NOT NULL,
            text VARCHAR NOT NULL,
            team_id UUID,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
            changed_by_id UUID NOT NULL,
            removed_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT pk_canned_replies PRIMARY KEY (id),
            CONSTRAINT ck_canned_replies_code_shape CHECK (code ~ '^[a-z0-9][a-z0-9-]{1,29}$'),
            CONSTRAINT fk_canned_replies_team_id FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE SET NULL,
            CONSTRAINT fk_canned_replies_changed_by_id FOREIGN KEY (changed_by_id) REFERENCES staff (id)
        )
    """)
    op.execute("CREATE INDEX ix_canned_replies_team_id ON canned_replies (team_id)")
    op.execute("CREATE UNIQUE INDEX uq_canned_replies_code ON canned_replies (code) WHERE removed_at IS NULL")


def downgrade() -> None:
    op.execute("DROP TABLE canned_replies")
