"""How well the expected times that we tell came true, month by month."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE time_tests (
            month DATE NOT NULL,
            cases INTEGER NOT NULL,
            measured INTEGER NOT NULL,
            within_median INTEGER NOT NULL,
            within_p80 INTEGER NOT NULL,
            tested_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_time_tests PRIMARY KEY (month)
        )
    """)


def downgrade() -> None:
    op.execute("DROP TABLE time_tests")
