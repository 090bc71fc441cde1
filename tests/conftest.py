"""What all tests share: a real PostgreSQL, settings of their own, rows to start from."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import structlog
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from disputes import database, policy
from disputes.local.postgres import EmbeddedPostgres
from disputes.settings import settings
from tests.stack import Stack, running_stack

ROOT = Path(__file__).parent.parent
TEMPLATE = "disputes_template"
POLICIES = ("policy.yml", "policies/strict-eu.yml", "policies/small-shop.yml")


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """A command that a test runs in this process sets up how processes log; the tests after it log as those before."""
    yield
    if structlog.is_configured():
        structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres_dir() -> Iterator[Path]:
    """The socket directory of a PostgreSQL server that lives as long as this test run."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = EmbeddedPostgres(folder / "data")
    server.start()
    try:
        yield Path(server.socket_dir)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template_database(postgres_dir: Path) -> str:
    """The name of a database that has been brought to the newest schema by the migrations."""
    make_database(postgres_dir, TEMPLATE)
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("sqlalchemy.url", url_of(postgres_dir, TEMPLATE))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    command.upgrade(config, "head")
    return TEMPLATE


@pytest.fixture(scope="session")
def shared_database_url(postgres_dir: Path, template_database: str) -> str:
    """A migrated database for the tests that roll back what they did."""
    make_database(postgres_dir, "disputes_shared", template_database)
    return url_of(postgres_dir, "disputes_shared")


@pytest.fixture
def session(shared_database_url: str) -> Iterator[Session]:
    """A session on the real database; whatever the test does is rolled back, also what it commits."""
    engine = create_engine(shared_database_url)
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as opened:
            yield opened
        outer.rollback()
    engine.dispose()


@pytest.fixture
def database_url(postgres_dir: Path, template_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database of the test's own, to which `database.transaction()` connects; for real concurrency."""
    name = f"test_{uuid4().hex[:12]}"
    make_database(postgres_dir, name, template_database)
    url = url_of(postgres_dir, name)
    monkeypatch.setenv("DATABASE_URL", url)
    settings.cache_clear()
    database.engine.cache_clear()
    yield url
    database.engine().dispose()
    database.engine.cache_clear()
    settings.cache_clear()
    with psycopg.connect(admin_dsn(postgres_dir), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The whole program, started once for all tests that only use it."""
    with running_stack() as started:
        yield started


@pytest.fixture(scope="session")
def rasa_url(stack: Stack) -> str:
    """A real Rasa with the current model, whose actions run in the program of `stack`."""
    return stack.rasa_url()


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Settings that no environment of a developer can change; files go into the test's own folder."""
    for name in type(settings()).model_fields:
        if name != "database_url":
            monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setitem(type(settings()).model_config, "env_file", None)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("POLICY_FILE", str(ROOT / "policy.yml"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(params=POLICIES)
def each_policy(request: pytest.FixtureRequest, own_settings: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Runs the test once under the shop's policy and once under each example; gives the file that is in force."""
    path = ROOT / request.param
    monkeypatch.setenv("POLICY_FILE", str(path))
    settings.cache_clear()
    policy.current.cache_clear()
    yield path
    settings.cache_clear()
    policy.current.cache_clear()


def url_of(socket_dir: Path, name: str) -> str:
    """The SQLAlchemy address of a database of the test server."""
    return f"postgresql+psycopg://postgres@/{name}?host={socket_dir}"


def admin_dsn(socket_dir: Path) -> str:
    """The address for making and dropping databases."""
    return f"postgresql://postgres@/postgres?host={socket_dir}"


def make_database(socket_dir: Path, name: str, template: str = "template1") -> None:
    """Makes a database, a copy of `template`."""
    with psycopg.connect(admin_dsn(socket_dir), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
