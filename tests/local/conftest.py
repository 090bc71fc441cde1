"""A folder for PostgreSQL that other test sessions leave alone."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """Like `tmp_path`, but outside of pytest's own folder: each session of pytest closes that one to other accounts,
    and PostgreSQL, when root starts it, runs under another.
    """
    made = Path(tempfile.mkdtemp(prefix="local-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)
