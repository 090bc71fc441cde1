"""Who was active at the desk, and since when web processes are up: an outage of ours is nobody's leaving."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE staff_presence ADD COLUMN active_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now()")
    op.execute("ALTER TABLE staff_presence ALTER COLUMN active_at DROP DEFAULT")
    op.execute("""
        CREATE TABLE web_processes (
            id UUID NOT NULL,
            started_at TIMESTAMP WITH TIME ZONE NOT NULL,
            seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_web_processes PRIMARY KEY (id)
        )
    """)


def downgrade() -> None:
    op.execute("DROP TABLE web_processes")
    op.execute("ALTER TABLE staff_presence DROP COLUMN active_at")
