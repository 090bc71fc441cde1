"""How migrations reach the database: the URL comes from the settings, or from the caller's configuration."""

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.schema import SchemaItem

import disputes.canned.tables
import disputes.cases.tables
import disputes.chat.tables
import disputes.inbound.tables
import disputes.investigation.tables
import disputes.mediation.tables
import disputes.notifications.tables
import disputes.offers.tables
import disputes.people.tables
import disputes.policy.tables
import disputes.reports.tables
import disputes.search.tables
from disputes.database import Base
from disputes.settings import settings


def ours(_item: SchemaItem, name: str | None, _kind: str, reflected: bool, _other: SchemaItem | None) -> bool:
    """Leaves the job queue's tables (Procrastinate's own) out of comparisons."""
    return not (reflected and name is not None and name.startswith("procrastinate_"))


def known_schema(name: str | None, kind: str, _parents: object) -> bool:
    """Looks at the usual schema and at the one of what is confidential in mediation."""
    return kind != "schema" or name in (None, disputes.mediation.tables.PRIVATE)


def run() -> None:
    """Runs the migrations in one transaction, so that a failed one leaves nothing behind."""
    url = context.config.get_main_option("sqlalchemy.url") or settings().database_url
    engine = create_engine(url)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=ours,
            include_schemas=True,
            include_name=known_schema,
            compare_server_default=False,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
