"""What a file really is, whatever its name says, and what of it may be kept. Pure: bytes in, bytes out."""

import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Final, Literal

import puremagic

from disputes.cases.fields import clean_text
from disputes.errors import Invalid
from disputes.files import pictures
from disputes.policy.models import Evidence as Limits
from disputes.policy.words import say_list
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "files")

type Sent = Literal["jpg", "png", "pdf", "heic"]
type Kind = Literal["jpg", "png", "pdf"]
"""What is kept: a HEIC picture becomes a JPEG, which every browser and every court can open."""

MEDIA_TYPES: Final[dict[str, str]] = {"jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
SENT_AS: Final[dict[Sent, tuple[str, ...]]] = {
    "jpg": ("image/jpeg", ".jpg", ".jpeg"),
    "png": ("image/png", ".png"),
    "pdf": ("application/pdf", ".pdf"),
    "heic": ("image/heic", "image/heif", ".heic", ".heif"),
}
"""What a browser's chooser of files is told to offer. Only a hint: the content decides."""

LONGEST_NAME: Final = 100
_SIGNATURES: Final[dict[Kind, bytes]] = {"jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-"}
_HEIC: Final = re.compile(rb".{4}ftyp.{0,64}?(heic|heix|heim|heis|hevc|hevx|mif1|msf1)", re.DOTALL)
_LOOKED_AT: Final = 4096
_PDF_START: Final = re.compile(rb"%PDF-[12]\.\d")
_PDF_END: Final = b"%%EOF"


@dataclass(frozen=True)
class Checked:
    """A file that may be kept: what it is, its content as it will be stored, and a name that is safe to show."""

    kind: Kind
    content: bytes
    file_name: str

    @property
    def digest(self) -> str:
        """SHA-256 of what is stored."""
        return sha256(self.content).hexdigest()


def checked(file_name: str, content: bytes, limits: Limits) -> Checked:
    """The file as it may be kept. The content decides what it is; a picture is drawn anew, upright, without what its
    camera wrote into it (place, time, device) and without anything hidden behind it.

    Raises `Invalid`, with `fields` "file", for anything that is no picture or PDF of the policy's types, is too
    large, or cannot be opened. It may take a second or two: call it while nothing is locked.
    """
    if not content:
        raise _unusable(say("empty"))
    if len(content) > limits.megabytes_each * 1_000_000:
        raise _unusable(say("large", megabytes=limits.megabytes_each))
    sent = _kind_of(content)
    if sent is None or sent not in limits.types:
        kinds = say("kinds", kinds=say_list([say(kind) for kind in limits.types]))
        raise _unusable(f"{kinds} {_guess(content)}".strip())
    kept: Kind = "jpg" if sent == "heic" else sent
    return Checked(kept, _pdf(content) if sent == "pdf" else _picture(content, sent), _safe_name(file_name, kept))


def accepted(limits: Limits) -> str:
    """The policy's types as the `accept` attribute of a field for files."""
    return ",".join(hint for kind in limits.types for hint in SENT_AS[kind])


def _kind_of(content: bytes) -> Sent | None:
    if _HEIC.match(content[:80]):
        return "heic"
    return next((kind for kind, signature in _SIGNATURES.items() if content.startswith(signature)), None)


def _pdf(content: bytes) -> bytes:
    """A PDF is kept as it is: it cannot be drawn anew without losing what it proves."""
    if not _PDF_START.match(content) or _PDF_END not in content[-_LOOKED_AT:]:
        raise _unusable(say("pdf_damaged"))
    return content


def _picture(content: bytes, kind: Literal["jpg", "png", "heic"]) -> bytes:
    try:
        return pictures.drawn_anew(content, kind)
    except pictures.TooManyPixels as fault:
        sentence = say("pixels", millions=fault.most // 1_000_000)
        raise _unusable(sentence) from fault
    except pictures.Damaged as fault:
        raise _unusable(say("picture_damaged")) from fault


def _safe_name(file_name: str, kind: Kind) -> str:
    """The sender's name for it, without folders and signs that mislead, and with the ending of what it really is."""
    plain = PurePosixPath(clean_text(file_name).replace("\\", "/")).name
    visible = "".join(sign for sign in plain if unicodedata.category(sign) not in ("Cc", "Cf", "Zl", "Zp"))
    stem = re.sub(r'[<>:"|?*%;]', "_", visible)
    for _ in range(3):  # "photo.jpg.exe" is a photo, when it is one
        stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", stem)
    stem = " ".join(stem.split()).strip(". ")[:LONGEST_NAME].strip(". ")
    return f"{stem or 'file'}.{kind}"


def _guess(content: bytes) -> str:
    """What the file seems to be, for somebody who wonders why it is refused; "" when nobody can tell."""
    try:
        name = puremagic.magic_string(content[:_LOOKED_AT])[0].name
    except (puremagic.PureError, ValueError, IndexError):
        return ""
    return say("guess", kind=name) if name else ""


def _unusable(sentence: str) -> Invalid:
    return Invalid(sentence, {"file": sentence})
