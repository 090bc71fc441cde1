"""The layers that pyproject.toml draws hold, and the check notices when they do not."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

CONTRACTS = "from importlinter.cli import lint_imports; import sys; sys.exit(lint_imports(no_cache=True))"


def test_every_contract_is_kept() -> None:
    checked = check(ROOT)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("file", "planted", "contract"),
    [
        ("disputes/cases/states.py", "import disputes.chat.service", "data flows one way"),
        ("disputes/cases/queries.py", "import disputes.cases.service", "inside a domain"),
        ("disputes/chat/schemas.py", "import rasa", "no rasa on this side"),
        ("actions/reading.py", "import disputes.cases.tables", "actions do not reach past services"),
    ],
)
def test_a_planted_violation_breaks_its_contract(tmp_path: Path, file: str, planted: str, contract: str) -> None:
    for name in ("disputes", "actions"):
        for source in (ROOT / name).rglob("*.py"):
            copy = tmp_path / source.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    with (tmp_path / file).open("a") as edited:
        edited.write(f"\n{planted}  # noqa\n")
    checked = check(tmp_path)
    assert checked.returncode == 1
    assert f"{contract} BROKEN" in checked.stdout


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CONTRACTS],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
