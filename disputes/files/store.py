"""Where files are kept: one small interface, and a folder behind it.

What has a row in the database is never kept twice under one name: a file of a chat that becomes evidence is put again.
So each area is erased, swept and backed up by itself.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from itertools import batched
from pathlib import Path
from typing import Final, Literal, Protocol
from uuid import uuid4

from disputes.settings import settings

type Area = Literal["evidence", "chat-files"]

ORPHAN_AGE: Final = timedelta(hours=24)
_SWEPT_AT_ONCE: Final = 500
_NAME: Final = re.compile(r"[0-9a-f]{32}")


class Changed(LookupError):
    """What is kept under a name is not what was put there."""


class FileStore(Protocol):
    """Keeps bytes under names that `new_name` made up.

    A store of objects somewhere else (S3 and its kin) has the same four verbs: put, get and delete one object, list
    with the time of each. `store_of` is the one place that decides which it is.
    """

    def put(self, name: str, content: bytes) -> None:
        """Keeps the content; when this returns it is there after a loss of power, and there is never half of it."""

    def get(self, name: str) -> bytes:
        """The content. Raises `FileNotFoundError` when there is none."""

    def remove(self, name: str) -> None:
        """Removes it; nothing happens when it is gone already."""

    def older_than(self, age: timedelta) -> Iterator[str]:
        """The names of everything that was put here so long ago."""


class FolderStore:
    """A folder of this machine (or one that several machines share), readable by the program alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        place = self._place(name)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = place.with_name(f"{place.name}.{uuid4().hex[:8]}.part")
        opened = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(opened, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(place)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        _sync(place.parent)

    def get(self, name: str) -> bytes:
        return self._place(name).read_bytes()

    def remove(self, name: str) -> None:
        self._place(name).unlink(missing_ok=True)

    def older_than(self, age: timedelta) -> Iterator[str]:
        """Also names of half-written files that a crash left behind; `remove` takes them too."""
        before = time.time() - age.total_seconds()  # the file system's clock, not the one that commands may set
        for place in sorted(self._folder.glob("??/*")):
            try:
                is_old = place.stat().st_mtime < before
            except FileNotFoundError:
                continue
            if is_old:
                yield place.name

    def _place(self, name: str) -> Path:
        if not _NAME.match(name) or "/" in name:
            raise ValueError("not a name of this store")
        return self._folder / name[:2] / name


def new_name() -> str:
    """A name that nobody can guess and that says nothing."""
    return uuid4().hex


def store_of(area: Area) -> FileStore:
    """The store of this installation for the files of cases, or those of chats."""
    return FolderStore(settings().var_dir / area)


def read(area: Area, name: str, digest: str) -> bytes:
    """The content kept under that name. Raises `Changed` when it is not what was put there, or is not there at all:
    nobody may take a changed file for the real one."""
    try:
        content = store_of(area).get(name)
    except FileNotFoundError as fault:
        raise Changed("missing") from fault
    if sha256(content).hexdigest() != digest:
        raise Changed("changed")
    return content


def sweep(area: Area, known: Callable[[Sequence[str]], frozenset[str]]) -> int:
    """Removes files that no row knows of: their transaction failed after they were stored. Returns how many.

    `known` says which of some names have a row. Only what is older than a day is looked at: younger ones may belong
    to a transaction that has not ended.
    """
    store, removed = store_of(area), 0
    for names in batched(store.older_than(ORPHAN_AGE), _SWEPT_AT_ONCE, strict=False):
        kept = known(names)
        for name in names:
            if name not in kept:
                store.remove(name)
                removed += 1
    return removed


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
