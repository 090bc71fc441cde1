"""What is backed up while the program runs can be brought back into an empty place, and is then as it was."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from disputes import clock, database
from disputes.cases.states import Actor
from disputes.errors import Conflict, Invalid
from disputes.investigation import service as investigation
from disputes.local import backup
from disputes.local.backup import back_up, restore
from disputes.settings import Settings, settings
from tests.cases.factories import filed
from tests.conftest import admin_dsn, make_database, url_of
from tests.files import chats
from tests.files.factories import jpg
from tests.local.processes import PYTHON, ROOT, environment

pytestmark = pytest.mark.database

RASA_TABLES = """
CREATE TABLE events (id serial PRIMARY KEY, sender_id varchar, data text);
INSERT INTO events (sender_id, data) SELECT 'chat:' || n, '{}' FROM generate_series(1, 40) n;
"""


def test_the_commands_of_the_runbook_bring_everything_back(shop: "Shop", new_place: "Place", tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    said = run_documented("disputes backup", shop.place, {"/var/backups/disputes": str(backups)})
    assert "2 files" in said
    (folder,) = backups.iterdir()
    before = counts(shop.place)
    shop.destroy()

    run_documented("disputes restore", new_place, {r"/var/backups/disputes/\S+": str(folder)})
    assert run_documented("disputes verify", new_place, {}) == "3 histories, 0 breaks\n"
    assert counts(new_place) == before
    restored = {path.name: path.read_bytes() for path in new_place.var.glob("*/??/*")}
    assert restored == shop.files


class TestBackUp:
    def test_only_its_owner_may_read_it(self, shop: "Shop", tmp_path: Path) -> None:
        done = back_up(shop.place.settings(), tmp_path / "backups", keep_days=30)
        for path in (done.folder.parent, done.folder, done.folder / "disputes.dump", done.folder / "rasa.dump"):
            assert path.stat().st_mode & 0o077 == 0, path

    def test_a_file_that_was_copied_before_takes_no_room_again(self, shop: "Shop", tmp_path: Path) -> None:
        with clock.set_to(clock.now() - timedelta(days=1)):
            first = back_up(shop.place.settings(), tmp_path / "backups", keep_days=30)
        second = back_up(shop.place.settings(), tmp_path / "backups", keep_days=30)
        (one, *_others) = sorted(first.folder.glob("files/*/??/*"))
        assert (second.folder / one.relative_to(first.folder)).samefile(one)

    def test_old_ones_and_unfinished_ones_are_removed(self, shop: "Shop", tmp_path: Path) -> None:
        to = tmp_path / "backups"
        for days in (31, 29):
            with clock.set_to(clock.now() - timedelta(days=days)):
                back_up(shop.place.settings(), to, keep_days=30)
        (to / "disputes-2020-01-01T000000Z.unfinished").mkdir()
        newest = back_up(shop.place.settings(), to, keep_days=30)
        left = sorted(path.name for path in to.iterdir())
        assert len(left) == 2
        assert left[-1] == newest.folder.name


class TestRestore:
    def test_refuses_to_write_over_anything(self, shop: "Shop", new_place: "Place", tmp_path: Path) -> None:
        done = back_up(shop.place.settings(), tmp_path / "backups", keep_days=30)
        with pytest.raises(Conflict, match="not empty"):
            restore(shop.place.settings(), done.folder)
        (new_place.var / "evidence" / "ab").mkdir(parents=True)
        with pytest.raises(Conflict, match="not empty"):
            restore(new_place.settings(), done.folder)

    def test_refuses_a_damaged_one_before_it_writes(self, shop: "Shop", new_place: "Place", tmp_path: Path) -> None:
        done = back_up(shop.place.settings(), tmp_path / "backups", keep_days=30)
        with (done.folder / "rasa.dump").open("ab") as file:
            file.write(b"x")
        with pytest.raises(Invalid, match="damaged"):
            restore(new_place.settings(), done.folder)
        assert counts(new_place) == {}


@dataclass(frozen=True)
class Place:
    """Two databases and a folder."""

    database_url: str
    tracker_url: str
    var: Path

    def settings(self) -> Settings:
        return Settings(database_url=self.database_url, rasa_tracker_url=self.tracker_url, var_dir=self.var)


@dataclass(frozen=True)
class Shop:
    """A place with complaints, files, a chat and what Rasa keeps."""

    place: Place
    files: dict[str, bytes]
    socket_dir: Path

    def destroy(self) -> None:
        """Everything is gone."""
        database.engine().dispose()
        with psycopg.connect(admin_dsn(self.socket_dir), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name_of(self.place.tracker_url)}" WITH (FORCE)')
        with psycopg.connect(dsn(self.place.database_url), autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        shutil.rmtree(self.place.var)


@pytest.fixture
def shop(database_url: str, postgres_dir: Path) -> Shop:
    rasa = new_database(postgres_dir)
    with psycopg.connect(dsn(rasa), autocommit=True) as connection:
        connection.execute(RASA_TABLES)
    for number in range(3):
        with database.transaction() as session:
            case = filed(session, email=f"customer{number}@example.com")
            if number == 0:
                investigation.add_evidence(session, case, Actor("customer"), "photo.jpg", jpg())
    chat = chats.open_chat()
    chats.write(chat, "my parcel never arrived")
    chats.send(chat, "label.jpg", jpg(colour="red"))
    var = settings().var_dir
    files = {path.name: path.read_bytes() for path in var.glob("*/??/*")}
    assert len(files) == 2
    return Shop(Place(database_url, rasa.replace("+psycopg:", "+psycopg2:"), var), files, postgres_dir)


@pytest.fixture
def new_place(postgres_dir: Path, tmp_path: Path) -> Iterator[Place]:
    ours, rasa = new_database(postgres_dir), new_database(postgres_dir)
    var = tmp_path / "new-var"
    var.mkdir()
    yield Place(ours, rasa.replace("+psycopg:", "+psycopg2:"), var)
    with psycopg.connect(admin_dsn(postgres_dir), autocommit=True) as connection:
        for url in (ours, rasa):
            connection.execute(f'DROP DATABASE "{name_of(url)}" WITH (FORCE)')


def new_database(socket_dir: Path) -> str:
    name = f"test_{uuid4().hex[:12]}"
    make_database(socket_dir, name)
    return url_of(socket_dir, name)


def run_documented(beginning: str, place: Place, changes: dict[str, str]) -> str:
    """Runs the command of the runbook that begins so, in this place; returns what it printed."""
    text = (ROOT / "docs" / "runbook.md").read_text()
    blocks = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    command = next(line for line in blocks.splitlines() if line.startswith(beginning)).split(" #")[0]
    for pattern, new in changes.items():
        command, times = re.subn(pattern, new, command)
        assert times, f"{pattern} is not in {command}"
    given = {"DATABASE_URL": place.database_url, "RASA_TRACKER_URL": place.tracker_url, "VAR_DIR": str(place.var)}
    words = shlex.split(command)
    assert words[0] == "disputes"
    done = subprocess.run(
        [PYTHON, "-m", *words], cwd=ROOT, env=environment(**given), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def counts(place: Place) -> dict[str, int]:
    """How many rows each table of both databases has."""
    found = {}
    for url in (place.database_url, place.tracker_url):
        with psycopg.connect(dsn(url)) as connection:
            tables = connection.execute(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            ).fetchall()
            for (table,) in tables:
                (found[table],) = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)
    return found


def dsn(url: str) -> str:
    return re.sub(r"^postgresql\+\w+:", "postgresql:", url)


def name_of(url: str) -> str:
    return re.sub(r"\?.*", "", url).rpartition("/")[2]


def test_the_password_of_a_database_stands_in_no_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Everybody on the machine can read those."""
    asked: list[tuple[str, dict[str, str]]] = []

    def run(command: list[str], *, env: dict[str, str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append((" ".join(command), env))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    backup._run("postgresql+psycopg2://rasa:s%20cret@db.example/rasa", "pg_dump", "--file", str(tmp_path))
    ((command, env),) = asked
    assert "cret" not in command
    assert "host=db.example" in command
    assert env["PGPASSWORD"] == "s cret"
