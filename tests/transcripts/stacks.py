"""The program that transcripts are played against: nobody is at the desk, and the office never closes or opens."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import yaml

from tests.stack import ROOT, Stack, running_stack

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@contextmanager
def transcript_stack() -> Iterator[Stack]:
    """A started program whose words do not depend on the hour at which it is played."""
    with TemporaryDirectory() as folder:
        policy = Path(folder) / "policy.yml"
        rules = yaml.safe_load((ROOT / "policy.yml").read_text(encoding="utf-8"))
        rules["office_hours"] = dict.fromkeys(DAYS, "00:00-23:59")
        policy.write_text(yaml.safe_dump(rules, allow_unicode=True), encoding="utf-8")
        with running_stack(POLICY_FILE=str(policy)) as started:
            yield started
