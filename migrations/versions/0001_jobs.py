"""The job queue's own schema, as the installed Procrastinate ships it.

A later release of Procrastinate that changes its schema brings SQL files of its own
(`procrastinate/sql/migrations`): each becomes a numbered migration here.
"""

from pathlib import Path

import procrastinate
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_OBJECTS_OF_THE_QUEUE = """
    DO $$
    DECLARE found record;
    BEGIN
        FOR found IN SELECT format('DROP TABLE %s CASCADE', oid::regclass) AS sql FROM pg_class
                     WHERE relkind = 'r' AND relname LIKE 'procrastinate\\_%' LOOP
            EXECUTE found.sql;
        END LOOP;
        FOR found IN SELECT format('DROP FUNCTION %s CASCADE', oid::regprocedure) AS sql FROM pg_proc
                     WHERE proname LIKE 'procrastinate\\_%' LOOP
            EXECUTE found.sql;
        END LOOP;
        FOR found IN SELECT format('DROP TYPE %s CASCADE', typ.oid::regtype) AS sql FROM pg_type typ
                     WHERE typ.typname LIKE 'procrastinate\\_%' AND typ.typtype IN ('e', 'c') LOOP
            EXECUTE found.sql;
        END LOOP;
    END $$
"""


def upgrade() -> None:
    schema = Path(procrastinate.__file__).parent / "sql" / "schema.sql"
    _run(schema.read_text())


def downgrade() -> None:
    _run(_OBJECTS_OF_THE_QUEUE)


def _run(script: str) -> None:
    """Runs SQL as it is: SQLAlchemy would take the percent signs and colons in it for parameters."""
    op.get_bind().connection.driver_connection.execute(script)  # type: ignore[union-attr]
