"""The assistant is trained when its sources changed, once, and a failure says why."""

import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from disputes.local.failures import CannotStart
from disputes.local.training import current_model, model_hash, train_if_stale

type Project = Callable[[str], Path]

WORKS = 'touch "$OUT/model.tar.gz"'


class TestModelHash:
    @pytest.mark.parametrize(
        "name",
        ["data/nlu/greet.yml", "domain.yml", "config.yml", "nlu_components/vectors.py", "requirements/rasa.txt"],
    )
    def test_every_source_counts(self, project: Project, name: str) -> None:
        root = project(WORKS)
        before = model_hash(root)
        (root / name).write_text("changed")
        assert model_hash(root) != before

    def test_a_source_that_moves_counts(self, project: Project) -> None:
        root = project(WORKS)
        before = model_hash(root)
        (root / "data/nlu/greet.yml").rename(root / "data/nlu/hello.yml")
        assert model_hash(root) != before

    def test_caches_and_other_files_do_not(self, project: Project) -> None:
        root = project(WORKS)
        before = model_hash(root)
        cache = root / "nlu_components" / "__pycache__"
        cache.mkdir()
        (cache / "vectors.pyc").write_bytes(b"1")
        (root / "README.md").write_text("new")
        assert model_hash(root) == before


class TestTrainIfStale:
    def test_trains_once_and_then_not_again(self, project: Project) -> None:
        root = project(WORKS)
        said: list[str] = []
        assert current_model(root) is None
        model = train_if_stale(root, root / "var", said.append)
        assert model == current_model(root)
        assert trainings(root) == 1
        assert train_if_stale(root, root / "var", said.append) == model
        assert trainings(root) == 1
        assert len(said) == 1

    def test_trains_again_after_a_change(self, project: Project) -> None:
        root = project(WORKS)
        first = train_if_stale(root, root / "var", quiet)
        (root / "domain.yml").write_text("changed")
        assert train_if_stale(root, root / "var", quiet) != first
        assert trainings(root) == 2

    def test_two_at_once_train_once(self, project: Project) -> None:
        root = project(f"sleep 0.5; {WORKS}")
        models: list[Path] = []
        threads = [
            threading.Thread(target=lambda: models.append(train_if_stale(root, root / "var", quiet))) for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert trainings(root) == 1
        assert len(models) == 2
        assert models[0] == models[1]

    def test_a_failure_shows_the_useful_lines_and_leaves_no_model(self, project: Project) -> None:
        root = project("echo Reading; echo 'YamlException: domain.yml line 7 is not valid'; exit 1")
        with pytest.raises(CannotStart, match=r"could not be trained(.|\n)*domain.yml line 7"):
            train_if_stale(root, root / "var", quiet)
        assert current_model(root) is None

    def test_a_full_disk_is_told_as_such(self, project: Project) -> None:
        root = project("echo 'OSError: [Errno 28] No space left on device'; exit 1")
        with pytest.raises(CannotStart, match="The disk is full"):
            train_if_stale(root, root / "var", quiet)

    def test_a_missing_source_is_named(self, project: Project) -> None:
        root = project(WORKS)
        (root / "domain.yml").unlink()
        with pytest.raises(CannotStart, match=r"domain\.yml is missing"):
            train_if_stale(root, root / "var", quiet)

    def test_being_stopped_ends_rasa_too(self, project: Project) -> None:
        root = project("sleep 60")
        stop = threading.Event()
        threading.Timer(0.5, stop.set).start()
        began = time.monotonic()
        with pytest.raises(CannotStart, match="interrupted"):
            train_if_stale(root, root / "var", quiet, stop=stop)
        assert time.monotonic() - began < 10

    def test_old_models_go_and_those_named_by_people_stay(self, project: Project) -> None:
        root = project(WORKS)
        (root / "models").mkdir()
        (root / "models" / "best-of-june.tar.gz").touch()
        for number in range(5):
            old = root / "models" / f"{number:016x}.tar.gz"
            old.touch()
            os.utime(old, (number, number))
        model = train_if_stale(root, root / "var", quiet)
        left = {path.name for path in (root / "models").glob("*.tar.gz")}
        assert left == {"best-of-june.tar.gz", model.name, f"{4:016x}.tar.gz", f"{3:016x}.tar.gz"}


def quiet(_sentence: str) -> None:
    """Says nothing."""


def trainings(root: Path) -> int:
    return len((root / "trainings").read_text().split())


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Makes a project whose Rasa is a shell script that notes the call and does what the test wants."""

    def make(behaviour: str) -> Path:
        for name in ("data/nlu/greet.yml", "domain.yml", "config.yml", "nlu_components/vectors.py"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(name)
        (tmp_path / "requirements").mkdir()
        (tmp_path / "requirements" / "rasa.txt").write_text("rasa")
        rasa = tmp_path / ".venv-rasa" / "bin" / "python"
        rasa.parent.mkdir(parents=True)
        rasa.write_text(
            "#!/bin/sh\necho 1 >>trainings\n"
            'while [ $# -gt 0 ]; do [ "$1" != --out ] || OUT=$2; shift; done\n' + behaviour + "\n"
        )
        rasa.chmod(rasa.stat().st_mode | stat.S_IXUSR)
        return tmp_path

    return make
