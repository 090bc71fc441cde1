"""Where the words come from that customers read: English is built in, another language is a folder of files.

`LANGUAGE_DIR` names the folder. A file in it is read in place of ours at the same path: `domain.yml`, `config.yml`,
`data/nlu`, the files of sentences (`SENTENCES`), the templates of pages and letters. What it lacks stays English.
"""

import string
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from jinja2 import FunctionLoader

from disputes.settings import settings

ROOT: Final = Path(__file__).parent.parent
SENTENCES: Final = (
    "disputes/chat/lines.yml",
    "disputes/notifications/letters.yml",
    "disputes/sentences.yml",
    "widget/src/words.json",
)
"""Every file of sentences for customers: a name, and what is said, with {blanks} that Python fills in."""


class DoesNotFit(Exception):
    """A file of a language has a sentence that we never say, or one with other blanks than ours."""


def language_dir() -> Path | None:
    """The folder of the language of this process; None for English."""
    return Path(settings().language_dir) if settings().language_dir else None


def file_of(name: str, root: Path = ROOT) -> Path:
    """The file or folder to read for this path of ours: the language's, when it has one."""
    folder = language_dir()
    theirs = folder / name if folder else None
    return theirs if theirs is not None and theirs.exists() else root / name


def templates_of(folder: str) -> FunctionLoader:
    """Loads the templates of one of our folders; a template that changes, or whose language does, is read again."""

    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        path = file_of(f"{folder}/{name}")
        if not path.is_file():
            return None
        changed = path.stat().st_mtime_ns
        fresh = lambda: file_of(f"{folder}/{name}") == path and path.stat().st_mtime_ns == changed  # noqa: E731
        return path.read_text(encoding="utf-8"), str(path), fresh

    return FunctionLoader(load)


class Sentences:
    """The sentences of one of our files, or of a section of it: `say("name", until=day)` fills in the {until} of one.

    Python chooses which sentence is said, and never glues one from pieces: another language may need another order.
    """

    def __init__(self, file: str, section: str = "") -> None:
        if file not in SENTENCES:
            raise ValueError(f"{file} is not in SENTENCES")
        self.file, self._before = file, f"{section}." if section else ""

    def __call__(self, name: str, /, **blanks: object) -> str:
        """The sentence of that name. A name that is not known, or a blank without a value, raises KeyError."""
        return self.all()[self._before + name].format(**blanks)

    def all(self) -> Mapping[str, str]:
        """Every sentence of the file by its whole name, as this process speaks: a language's, else ours."""
        return _read(ROOT / self.file, file_of(self.file))


def check_sentences() -> None:
    """Reads every file of sentences of the language, so that what does not fit is found before a customer reads it."""
    for file in SENTENCES:
        Sentences(file).all()


def blanks_of(sentence: str) -> frozenset[str]:
    """The names of the {blanks} in a sentence."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


@cache
def _read(ours: Path, theirs: Path) -> Mapping[str, str]:
    found = dict(_named(yaml.safe_load(ours.read_text(encoding="utf-8"))))
    if theirs == ours:
        return found
    for name, sentence in _theirs(theirs):
        if name not in found:
            raise DoesNotFit(f"{theirs}: we have no sentence called {name}.")
        try:
            fits = blanks_of(sentence) == blanks_of(found[name])
        except ValueError:  # a brace that opens or closes nothing
            fits = False
        if not fits:
            wanted = " ".join(f"{{{blank}}}" for blank in sorted(blanks_of(found[name]))) or "none"
            raise DoesNotFit(f"{theirs}: the blanks of {name} are not those of ours, which are: {wanted}.")
        found[name] = sentence
    return found


def _theirs(file: Path) -> list[tuple[str, str]]:
    try:
        return list(_named(yaml.safe_load(file.read_text(encoding="utf-8")) or {}))
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError) as fault:
        raise DoesNotFit(f"{file}: this is no file of sentences by their names.") from fault


def _named(part: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, found in part.items():
        if isinstance(found, Mapping):
            yield from _named(found, f"{before}{name}.")
        else:
            yield f"{before}{name}", str(found)
