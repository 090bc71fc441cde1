"""ZIP files with a list of hashes. The same papers give the same bytes, on any day and any machine."""

import hashlib
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Final

MANIFEST: Final = "MANIFEST.sha256"
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
_READABLE_BY_ALL: Final = 0o644 << 16
_STORED: Final = (".jpg", ".jpeg", ".png", ".pdf", ".zip")


@dataclass(frozen=True)
class Paper:
    """One file of an archive. `name` has no folder above it and no sign that a file system refuses."""

    name: str
    content: bytes


def write(file: IO[bytes], papers: Iterable[Paper]) -> None:
    """Writes the papers one after the other, and `MANIFEST.sha256` over all of them as the last.

    Only one paper is in memory at a time when `papers` makes them one at a time.
    """
    lines: list[str] = []
    with zipfile.ZipFile(file, "w") as archive:
        for paper in papers:
            _add(archive, paper)
            lines.append(f"{hashlib.sha256(paper.content).hexdigest()}  {paper.name}\n")
        _add(archive, Paper(MANIFEST, "".join(lines).encode()))


def _add(archive: zipfile.ZipFile, paper: Paper) -> None:
    entry = zipfile.ZipInfo(paper.name, _NO_TIME)
    entry.external_attr = _READABLE_BY_ALL
    entry.create_system = 3  # Unix, wherever it is made
    entry.compress_type = zipfile.ZIP_STORED if paper.name.lower().endswith(_STORED) else zipfile.ZIP_DEFLATED
    archive.writestr(entry, paper.content, compresslevel=6)
