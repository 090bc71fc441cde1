"""Where the words come from that customers read: English is built in, another language is a folder of files.

`LANGUAGE_DIR` names the folder. A file in it is read in place of ours at the same path: `domain.yml`, `config.yml`,
`data/nlu`, `disputes/chat/lines.yml`, the templates of pages and letters. What it lacks stays English.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from jinja2 import FunctionLoader

from disputes.settings import settings

ROOT: Final = Path(__file__).parent.parent


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
