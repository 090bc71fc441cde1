"""Hints for the desk whenever a case or its work changes, and the order of its lists."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = {"case_events": ("INSERT",), "case_tasks": ("INSERT", "UPDATE")}
"""Each kind of change needs a trigger of its own: PostgreSQL gives the new rows to those of one kind only."""


def upgrade() -> None:
    # One hint for each case that a statement changed; a statement about very many says only that something changed.
    op.execute("""
        CREATE FUNCTION hint_desk() RETURNS trigger AS $$
        BEGIN
            IF (SELECT count(*) FROM (SELECT DISTINCT case_id FROM changed LIMIT 51) AS cases) > 50 THEN
                PERFORM pg_notify('desk', '');
            ELSE
                PERFORM pg_notify('desk', case_id::text) FROM (SELECT DISTINCT case_id FROM changed) AS cases;
            END IF;
            RETURN NULL;
        END
        $$ LANGUAGE plpgsql
    """)
    for table, changes in TABLES.items():
        for change in changes:
            op.execute(f"""
                CREATE TRIGGER hint_desk_{change.lower()} AFTER {change} ON {table}
                REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hint_desk()
            """)
    op.execute("""
        CREATE INDEX ix_cases_open_work ON cases (urgent DESC, next_date, filed_at, id)
        WHERE state NOT IN ('resolved', 'closed', 'withdrawn', 'redirected', 'merged')
    """)


def downgrade() -> None:
    op.execute("DROP INDEX ix_cases_open_work")
    for table, changes in TABLES.items():
        for change in changes:
            op.execute(f"DROP TRIGGER hint_desk_{change.lower()} ON {table}")
    op.execute("DROP FUNCTION hint_desk()")
