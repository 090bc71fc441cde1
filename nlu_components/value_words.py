"""The words of a language that the rules for values need, from `values.yml` or the file of another language.

Plain functions without rasa, so that they can be used anywhere.
"""

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, Iterable, List

import yaml

OURS = Path(__file__).with_name("values.yml")
THEIRS = "nlu_components/values.yml"
"""Where the folder of another language has its own."""


def language() -> Path:
    """The file that is read now: what is made of its words once is good for as long as it is the same."""
    folder = os.environ.get("LANGUAGE_DIR", "")
    theirs = Path(folder) / THEIRS
    return theirs if folder and theirs.exists() else OURS


def words() -> Dict[str, Any]:
    """The file of the language of this process (`LANGUAGE_DIR`); each name in it must be there."""
    return _read(language())


def alternatives(name: str) -> str:
    """The words of that name, as one group of a regular expression; the longest first."""
    return any_of(listed(name))


def listed(name: str) -> List[str]:
    """The words of that name, which have commas between them in the file."""
    return [each.strip() for each in str(words()[name]).split(",")]


def mapped(name: str) -> Dict[str, Any]:
    """What the words of that name mean, by the word in small letters."""
    return {str(word).lower(): meaning for word, meaning in words()[name].items()}


def any_of(each: Iterable[str]) -> str:
    """A group of a regular expression in which each of these is a choice."""
    return "(?:" + "|".join(sorted(each, key=len, reverse=True)) + ")"


def literal(each: Iterable[str]) -> str:
    """The same for texts that are meant to the letter."""
    return any_of(re.escape(one) for one in each)


@lru_cache(maxsize=2)
def _read(file: Path) -> Dict[str, Any]:
    found: Dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    if file != OURS and set(found) != set(_read(OURS)):
        raise ValueError(f"{file}: lacks or has too many of {sorted(set(found) ^ set(_read(OURS)))}")
    return found
