"""Expected times as measured each night: nobody who opens a page waits for them."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE expected_times (
            category VARCHAR NOT NULL,
            stage VARCHAR NOT NULL,
            cases INTEGER NOT NULL,
            median_days INTEGER NOT NULL,
            p80_days INTEGER NOT NULL,
            measured_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_expected_times PRIMARY KEY (category, stage)
        )
    """)


def downgrade() -> None:
    op.execute("DROP TABLE expected_times")
