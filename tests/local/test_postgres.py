"""The embedded PostgreSQL starts fast, attaches, recovers from a crash, and says plainly when it cannot."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from disputes.database import psycopg_dsn
from disputes.local.failures import CannotStart
from disputes.local.os_account import process_identity
from disputes.local.postgres import LONGEST_SOCKET_DIR, EmbeddedPostgres
from tests.local.processes import kill


class TestStart:
    def test_both_databases_answer_at_their_addresses(self, postgres: EmbeddedPostgres) -> None:
        assert postgres.start() is True
        assert ask(postgres.url(), "SELECT current_database()") == "disputes"
        assert ask(postgres.rasa_url().replace("+psycopg2", ""), "SELECT current_database()") == "rasa"

    def test_a_second_start_attaches_and_keeps_the_data(self, postgres: EmbeddedPostgres) -> None:
        postgres.start()
        run(postgres, "CREATE TABLE kept AS SELECT 1 AS value")
        assert EmbeddedPostgres(postgres.data).start() is False
        assert ask(postgres.url(), "SELECT value FROM kept") == 1

    def test_after_a_crash_it_recovers_what_was_committed(self, postgres: EmbeddedPostgres) -> None:
        postgres.start()
        run(postgres, "CREATE TABLE kept AS SELECT 1 AS value")
        kill(pid_of(postgres))
        assert postgres.start() is True
        assert ask(postgres.url(), "SELECT value FROM kept") == 1

    def test_the_number_of_a_dead_server_that_another_program_has_got_is_not_believed(
        self, postgres: EmbeddedPostgres
    ) -> None:
        postgres.start()
        kill(pid_of(postgres))
        pid_file = postgres.data / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
        assert not postgres.is_running()
        assert postgres.start() is True

    def test_in_a_path_too_long_for_a_socket_it_starts_all_the_same(self, folder: Path) -> None:
        deep = folder / ("long" * 30) / "with space"
        assert len(str(deep)) > LONGEST_SOCKET_DIR
        postgres = EmbeddedPostgres(deep)
        try:
            postgres.start()
            assert postgres.socket_dir != postgres.data
            assert stat.S_IMODE(postgres.socket_dir.stat().st_mode) == 0o700
            assert ask(postgres.url(), "SELECT 1") == 1
        finally:
            postgres.stop()

    def test_nobody_else_can_reach_it(self, postgres: EmbeddedPostgres) -> None:
        postgres.start()
        assert stat.S_IMODE(postgres.data.stat().st_mode) == 0o700
        assert ask(postgres.url(), "SHOW listen_addresses") == ""

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root starts it under another account")
    def test_root_clone_in_a_private_folder_is_opened_for_passing_through_only(self, folder: Path) -> None:
        private = folder / "private"
        private.mkdir(mode=0o700)
        postgres = EmbeddedPostgres(private / "var" / "postgres")
        try:
            postgres.start()
            assert private in postgres.opened_folders
            assert stat.S_IMODE(private.stat().st_mode) == 0o701
        finally:
            postgres.stop()


class TestFailure:
    def test_data_of_another_version_is_named(self, postgres: EmbeddedPostgres) -> None:
        postgres.data.mkdir()
        (postgres.data / "PG_VERSION").write_text("13\n")
        with pytest.raises(CannotStart, match=r"written by PostgreSQL 13 and this is 18"):
            postgres.start()

    def test_a_folder_of_other_things_is_left_alone(self, postgres: EmbeddedPostgres) -> None:
        postgres.data.mkdir()
        (postgres.data / "letter.txt").write_text("mine")
        with pytest.raises(CannotStart, match="holds files but no database"):
            postgres.start()
        assert (postgres.data / "letter.txt").read_text() == "mine"

    def test_a_broken_setting_is_told_in_one_sentence(self, postgres: EmbeddedPostgres) -> None:
        postgres.start()
        postgres.stop()
        with (postgres.data / "postgresql.conf").open("a") as file:
            file.write("work_mem = 'plenty'\n")
        with pytest.raises(CannotStart) as caught:
            postgres.start()
        assert "did not start" in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_what_customers_wrote_stays_out_of_its_log(self, postgres: EmbeddedPostgres) -> None:
        postgres.start()
        run(postgres, "CREATE TABLE people (name text CHECK (name <> 'Ada Lovelace'))")
        with pytest.raises(psycopg.errors.CheckViolation):
            run(postgres, "INSERT INTO people VALUES ('Ada Lovelace')")
        assert "check constraint" in postgres.log_file.read_text()
        assert "Lovelace" not in postgres.log_file.read_text()


class TestStop:
    def test_it_stops_with_connections_open(self, postgres: EmbeddedPostgres) -> None:
        postgres.start()
        with psycopg.connect(psycopg_dsn(postgres.url())):
            postgres.stop()
            assert not postgres.is_running()

    def test_stopping_what_does_not_run_does_nothing(self, postgres: EmbeddedPostgres) -> None:
        postgres.stop()
        assert not postgres.data.exists()


def test_root_runs_it_under_another_account() -> None:
    assert bool(process_identity()) is (os.geteuid() == 0)


def ask(url: str, query: str) -> object:
    with psycopg.connect(psycopg_dsn(url)) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def run(postgres: EmbeddedPostgres, statement: str) -> None:
    with psycopg.connect(psycopg_dsn(postgres.url())) as connection:
        connection.execute(statement.encode())


def pid_of(postgres: EmbeddedPostgres) -> int:
    return int((postgres.data / "postmaster.pid").read_text().split()[0])


@pytest.fixture
def postgres(folder: Path) -> Iterator[EmbeddedPostgres]:
    """A server that has not been started yet, and is not running when the test is over."""
    server = EmbeddedPostgres(folder / "postgres")
    yield server
    server.stop()
