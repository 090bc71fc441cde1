"""The chat's own words, kept as data beside this file so that another language is another file."""

from functools import cache
from pathlib import Path

import yaml

LINES_FILE = Path(__file__).with_name("lines.yml")


@cache
def _lines() -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load(LINES_FILE.read_text(encoding="utf-8"))
    return found


def line(key: str, /, **values: object) -> str:
    """The line called `key`, with its {values} filled in. Unknown names raise KeyError."""
    return _lines()[key].format(**values)
