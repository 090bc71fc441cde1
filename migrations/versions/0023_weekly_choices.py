"""Who wants the weekly report."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE weekly_choices (
            staff_id UUID NOT NULL,
            wanted BOOLEAN NOT NULL,
            chosen_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_weekly_choices PRIMARY KEY (staff_id),
            CONSTRAINT fk_weekly_choices_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id) ON DELETE CASCADE
        )
    """)


def downgrade() -> None:
    op.execute("DROP TABLE weekly_choices")
