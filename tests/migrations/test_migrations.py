"""Every migration goes up and down, and the newest schema is what the tables say."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from tests.conftest import ROOT, make_database, url_of

pytestmark = pytest.mark.database


def test_one_head_and_numbers_in_order(config: Config) -> None:
    script = ScriptDirectory.from_config(config)
    revisions = [revision.revision for revision in script.walk_revisions()]
    assert len(script.get_heads()) == 1
    assert sorted(revisions, reverse=True) == revisions
    assert revisions[-1] == "0001"


def test_each_migration_down_and_up_again_leaves_the_same_schema(config: Config, url: str) -> None:
    command.upgrade(config, "head")
    before = tables_of(url)
    for _ in ScriptDirectory.from_config(config).walk_revisions():
        command.downgrade(config, "-1")
    assert tables_of(url) == {"alembic_version": ["version_num"]}
    command.upgrade(config, "head")
    assert tables_of(url) == before


def test_head_is_what_the_tables_say(config: Config) -> None:
    command.upgrade(config, "head")
    command.check(config)


def test_the_history_of_a_case_can_only_grow(config: Config, url: str) -> None:
    command.upgrade(config, "head")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(A_CASE_WITH_AN_EVENT))
    for change in ("UPDATE case_events SET kind = 'other'", "DELETE FROM case_events"):
        with pytest.raises(DBAPIError, match="only appended to"), engine.begin() as connection:
            connection.execute(text(change))
    engine.dispose()


A_CASE_WITH_AN_EVENT = """
    INSERT INTO customers (id, name, email, created_at)
    VALUES ('00000000-0000-0000-0000-000000000001', 'Ada', 'ada@example.org', now());
    INSERT INTO cases (id, reference, filing_key, state, source, customer_id, category, description,
        scope_review, urgent, restricted, policy_digest, first_extended, final_extended, review_used, grants_all,
        open_remedies, filed_at, first_answer_by, expected_end, hard_cap, last_event_seq, last_hash, updated_at)
    VALUES ('00000000-0000-0000-0000-000000000002', 'CD-0000-0000', 'k', 'filed', 'form',
        '00000000-0000-0000-0000-000000000001', 'late', 'It never came.', false, false,
        false, 'd', false, false, false, false, 0, now(), now(), now(), now(), 1, '', now());
    INSERT INTO case_events (id, case_id, seq, kind, actor_kind, audience, data, at, prev_hash, hash)
    VALUES ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-000000000002', 1,
        'filed', 'customer', 'everyone', '{}', now(), '', 'h');
"""


def tables_of(url: str) -> dict[str, list[str]]:
    engine = create_engine(url)
    found = {
        name: sorted(column["name"] for column in inspect(engine).get_columns(name))
        for name in inspect(engine).get_table_names()
    }
    engine.dispose()
    return found


@pytest.fixture
def url(postgres_dir: Path, request: pytest.FixtureRequest) -> str:
    name = f"migrations_{abs(hash(request.node.name)) % 10**8}"
    make_database(postgres_dir, name)
    return url_of(postgres_dir, name)


@pytest.fixture
def config(url: str) -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("sqlalchemy.url", url)
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config
