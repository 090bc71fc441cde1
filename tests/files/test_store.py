"""The folder that files lie in: nothing leads out of it, nothing is half there, nothing is left behind."""

import os
import stat
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from disputes.files import store
from disputes.settings import settings


def test_what_is_put_is_what_is_read_by_the_program_alone() -> None:
    name = put(b"words")
    assert store.read("chat-files", name, sha256(b"words").hexdigest()) == b"words"
    assert stat.S_IMODE(place(name).stat().st_mode) == 0o600


def test_what_was_changed_or_lost_is_not_given_out() -> None:
    name = put(b"words")
    digest = sha256(b"words").hexdigest()
    place(name).write_bytes(b"other words")
    with pytest.raises(store.Changed):
        store.read("chat-files", name, digest)
    place(name).unlink()
    with pytest.raises(store.Changed):
        store.read("chat-files", name, digest)


def test_the_areas_know_nothing_of_each_other() -> None:
    name = put(b"words")
    with pytest.raises(FileNotFoundError):
        store.store_of("evidence").get(name)


@pytest.mark.parametrize("name", ["../../secret", "a" * 31, "A" * 32, "a" * 32 + "/../x", ""])
def test_a_name_leads_nowhere_else(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        store.store_of("evidence").get(name)


def test_a_full_disk_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        put(b"x")
    assert stored() == set()


def test_a_sweep_takes_what_is_old_and_unknown() -> None:
    known, orphan, fresh = put(b"known"), put(b"left behind"), put(b"its transaction still runs")
    half = place(orphan).with_name(f"{orphan}.12345678.part")
    half.write_bytes(b"half")
    for old in (place(known), place(orphan), half):
        moment = old.stat().st_mtime - timedelta(hours=25).total_seconds()
        os.utime(old, (moment, moment))

    def rows(_names: Sequence[str]) -> frozenset[str]:
        return frozenset({known})

    assert store.sweep("chat-files", rows) == 2
    assert stored() == {known, fresh}
    assert store.sweep("chat-files", rows) == 0


def test_nothing_stored_is_nothing_swept() -> None:
    assert store.sweep("chat-files", frozenset) == 0


def put(content: bytes) -> str:
    name = store.new_name()
    store.store_of("chat-files").put(name, content)
    return name


def place(name: str) -> Path:
    return settings().var_dir / "chat-files" / name[:2] / name


def stored() -> set[str]:
    return {found.name for found in (settings().var_dir / "chat-files").rglob("*") if found.is_file()}
