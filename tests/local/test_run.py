"""`disputes run` and its neighbours at the terminal: what goes wrong is one sentence, before anything has started."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from disputes.local import schema
from disputes.local.failures import CannotStart
from disputes.local.postgres import EmbeddedPostgres
from disputes.local.preflight import check_key, only_one_run
from disputes.local.run import Plan, make_plan
from disputes.settings import Settings
from tests.local.processes import PYTHON, ROOT, environment, free_port
from tests.local.test_preflight import listening, port_of


class TestSentences:
    def test_a_taken_port(self, tmp_path: Path) -> None:
        with listening() as taken:
            result = disputes("run", VAR_DIR=str(tmp_path), PORT=str(port_of(taken)))
            assert_one_sentence(result, f"Port {port_of(taken)}", "setting PORT")
        assert not (tmp_path / "postgres").exists()

    def test_a_taken_port_that_was_chosen_for_rasa(self, tmp_path: Path) -> None:
        with listening() as taken:
            url = f"http://127.0.0.1:{port_of(taken)}"
            result = disputes("run", VAR_DIR=str(tmp_path), PORT=str(free_port()), RASA_URL=url)
            assert_one_sentence(result, f"Port {port_of(taken)}", "setting RASA_URL")

    def test_a_broken_policy(self, tmp_path: Path) -> None:
        policy = tmp_path / "policy.yml"
        lines = (ROOT / "policy.yml").read_text().splitlines()
        number = next(number for number, line in enumerate(lines, 1) if line.startswith("version:"))
        lines[number - 1] = "version: newest"
        policy.write_text("\n".join(lines))
        result = disputes("run", VAR_DIR=str(tmp_path / "var"), POLICY_FILE=str(policy))
        assert_one_sentence(result, "policy.yml", f"line {number}")
        assert not (tmp_path / "var" / "postgres").exists()

    def test_a_second_run_from_the_same_folder(self, tmp_path: Path) -> None:
        with only_one_run(tmp_path):
            result = disputes("run", VAR_DIR=str(tmp_path), PORT=str(free_port()))
        assert_one_sentence(result, "already running", "VAR_DIR")

    def test_a_setting_that_is_no_number(self, tmp_path: Path) -> None:
        assert_one_sentence(disputes("run", VAR_DIR=str(tmp_path), PORT="eighty"), "The setting PORT cannot be used")

    def test_a_folder_that_cannot_be_written_to(self, tmp_path: Path) -> None:
        (tmp_path / "var").write_text("a file")
        assert_one_sentence(disputes("run", VAR_DIR=str(tmp_path / "var")), "cannot be written to")

    def test_a_database_that_does_not_answer(self, tmp_path: Path) -> None:
        url = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/disputes"
        result = disputes("run", VAR_DIR=str(tmp_path), PORT=str(free_port()), DATABASE_URL=url)
        assert_one_sentence(result, "The database of DATABASE_URL does not answer")

    @pytest.mark.parametrize("command", ["run", "web", "worker"])
    def test_an_open_address_without_a_key(self, tmp_path: Path, command: str) -> None:
        result = disputes(command, VAR_DIR=str(tmp_path), PORT=str(free_port()), HOST="0.0.0.0")
        assert_one_sentence(result, "SECRET_KEY must be set")

    def test_an_unknown_reference(self, tmp_path: Path, database_url: str) -> None:
        result = disputes("case", "show", "CD-0000-0000", VAR_DIR=str(tmp_path), DATABASE_URL=database_url)
        assert_one_sentence(result, "There is no complaint with the reference")


class TestKey:
    def test_loopback_needs_none(self) -> None:
        check_key(Settings())

    @pytest.mark.parametrize(
        "settings",
        [Settings(host="0.0.0.0"), Settings(public_url="https://disputes.example.com")],
        ids=["host", "proxy"],
    )
    def test_what_others_can_reach_needs_one(self, settings: Settings) -> None:
        with pytest.raises(CannotStart, match="SECRET_KEY must be set"):
            check_key(settings)
        check_key(settings.model_copy(update={"secret_key": "x" * 40}))


class TestPlan:
    def test_ports_nobody_chose_move_when_they_are_taken(self, tmp_path: Path) -> None:
        settings = Settings(var_dir=tmp_path, port=free_port())
        first = make_plan(ROOT, settings)
        assert len({first.settings.port, first.rasa_port, first.actions_port}) == 3

    def test_the_secret_of_rasas_api_is_the_one_that_was_set_or_a_fresh_one(self, plan: Plan) -> None:
        made = plan.environment()["RASA_TOKEN"]
        assert len(made) >= 32
        assert plan.environment_for_rasa()["RASA_TOKEN"] == made
        told = replace(plan, settings=plan.settings.model_copy(update={"rasa_token": "chosen"}))
        assert told.environment()["RASA_TOKEN"] == told.environment_for_rasa()["RASA_TOKEN"] == "chosen"

    def test_rasa_gets_no_secrets(self, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("SECRET_KEY", "SMTP_URL", "ORDERS_TOKEN", "WIDGET_IDENTITY_KEY"):
            monkeypatch.setenv(name, "secret")
        assert "secret" not in plan.environment_for_rasa().values()
        assert "DATABASE_URL" not in plan.environment_for_rasa()
        assert plan.environment_for_rasa()["RASA_TRACKER_URL"].endswith(f"/rasa?host={plan.var / 'postgres'}")

    @pytest.mark.parametrize(
        ("url", "tracker"),
        [
            ("postgresql+psycopg://me:pw@db:5433/disputes", "postgresql+psycopg2://me:pw@db:5433/rasa"),
            ("postgresql+psycopg://me@/disputes?host=/run/pg", "postgresql+psycopg2://me@/rasa?host=/run/pg"),
            ("postgresql+psycopg:///disputes?host=/run/pg", "postgresql+psycopg2:///rasa?host=/run/pg"),
        ],
    )
    def test_with_another_server_rasa_uses_its_own_database_there(self, plan: Plan, url: str, tracker: str) -> None:
        elsewhere = replace(plan, postgres=None, settings=plan.settings.model_copy(update={"database_url": url}))
        assert elsewhere.environment()["RASA_TRACKER_URL"] == tracker


class TestSchema:
    def test_the_newest_migration_is_what_a_migrated_database_is_at(self, database_url: str) -> None:
        assert schema.revision_of(schema.dsn_of(database_url)) == schema.newest(ROOT)


def disputes(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PYTHON, "-m", "disputes", *arguments],
        cwd=ROOT,
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def assert_one_sentence(result: subprocess.CompletedProcess[str], *words: str) -> None:
    assert result.returncode == 1, result
    assert result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    settings = Settings(var_dir=tmp_path, port=free_port())
    return Plan(ROOT, tmp_path, settings, free_port(), free_port(), EmbeddedPostgres(tmp_path / "postgres"))
