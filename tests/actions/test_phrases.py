"""The file with the patterns of a language is read strictly: what is wrong with it is said by name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.phrases import READING, phrases
from disputes.settings import settings
from disputes.words import ROOT


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of another language."""
    monkeypatch.setenv("LANGUAGE_DIR", str(tmp_path))
    settings.cache_clear()
    phrases.cache_clear()
    (tmp_path / READING).parent.mkdir()
    yield tmp_path / READING
    phrases.cache_clear()


def ours() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / READING).read_text())
    return read


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"salutation": "(unclosed"}, "salutation\n.*is not a regular expression"),
        ({"asks": []}, "asks\n.*a pattern or a list of patterns"),
        ({"says_name": "my name is"}, "says_name\n.*must have the group"),
        ({"greetings": "hello"}, "greetings\n.*not permitted"),
        ({"letters_begin_with": []}, "letters_begin_with\n"),
    ],
)
def test_a_wrong_line_is_named(theirs: Path, changed: dict[str, Any], said: str) -> None:
    theirs.write_text(yaml.safe_dump(ours() | changed))
    with pytest.raises(ValueError, match=said):
        phrases()


def test_a_missing_line_is_named(theirs: Path) -> None:
    theirs.write_text(yaml.safe_dump({name: line for name, line in ours().items() if name != "salutation"}))
    with pytest.raises(ValueError, match=r"salutation\n.*required"):
        phrases()


def test_a_list_of_patterns_is_any_of_them(theirs: Path) -> None:
    theirs.write_text(yaml.safe_dump(ours() | {"says_number": ["zahl", "nummer"]}))
    assert phrases().says_number.search("Die NUMMER ist falsch")
    assert phrases().says_number.search("die zahl")
    assert not phrases().says_number.search("the number")
