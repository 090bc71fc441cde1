"""What the running program must not load: it would cost more memory than everything else together."""

import subprocess
import sys

import pytest

from tests.stack import ROOT

HEAVY = ["phonenumbers.geodata"]


@pytest.mark.parametrize("module", HEAVY)
def test_the_program_does_not_load(module: str) -> None:
    asked = f"import sys, disputes.serving, disputes.web, disputes.worker.app; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=False).returncode == 0
