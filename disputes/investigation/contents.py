"""What a file really is, whatever its name says, and what of it may be kept. Pure: bytes in, bytes out."""

import re
import threading
import unicodedata
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final, Literal

import puremagic
from PIL import Image, ImageOps

from disputes.cases.fields import clean_text
from disputes.errors import Invalid
from disputes.policy.models import Evidence as Limits

type Kind = Literal["jpg", "png", "pdf"]

SIGNATURES: Final[dict[Kind, bytes]] = {"jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-"}
MEDIA_TYPES: Final[dict[str, str]] = {"jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}

MOST_PIXELS: Final = 22_000_000
"""Of a picture as it is kept: 66 MB while it is worked on. A larger JPEG is halved by its decoder on the way in."""

JPEG_QUALITY: Final = 90
LONGEST_NAME: Final = 100
_LOOKED_AT: Final = 4096
_PDF_START: Final = re.compile(rb"%PDF-[12]\.\d")
_PDF_END: Final = b"%%EOF"
_KEPT_MODES: Final = frozenset({"1", "L", "LA", "RGB", "RGBA", "I;16"})

_one_at_a_time = threading.Lock()
"""Pictures are large once they are unpacked: a process works on one, so that many uploads cannot fill the memory."""


@dataclass(frozen=True)
class Checked:
    """A file that may be kept: what it is, its content as it will be stored, and a name that is safe to show."""

    kind: Kind
    content: bytes
    file_name: str


def checked(file_name: str, content: bytes, limits: Limits) -> Checked:
    """The file as it may be kept. The content decides what it is; a picture is drawn anew, upright, without what its
    camera wrote into it (place, time, device) and without anything hidden behind it.

    Raises `Invalid`, with `fields` "file", for anything that is no picture or PDF of the policy's types, is too
    large, or cannot be opened.
    """
    if not content:
        raise _unusable("This file is empty.")
    if len(content) > limits.megabytes_each * 1_000_000:
        raise _unusable(f"This file is larger than {limits.megabytes_each} MB.")
    kind = _kind_of(content)
    if kind is None or kind not in limits.types:
        raise _unusable(f"Please send {_listed(limits.types)}. {_guess(content)}".strip())
    kept = _pdf(content) if kind == "pdf" else _picture(content, kind)
    return Checked(kind, kept, _safe_name(file_name, kind))


def _kind_of(content: bytes) -> Kind | None:
    return next((kind for kind, signature in SIGNATURES.items() if content.startswith(signature)), None)


def _pdf(content: bytes) -> bytes:
    """A PDF is kept as it is: it cannot be drawn anew without losing what it proves."""
    if not _PDF_START.match(content) or _PDF_END not in content[-_LOOKED_AT:]:
        raise _unusable("This PDF is damaged or incomplete. Please save it again, or send a picture of it.")
    return content


def _picture(content: bytes, kind: Kind) -> bytes:
    with _one_at_a_time:
        try:
            return _drawn_anew(content, kind)
        except Invalid:
            raise
        except Exception as fault:  # decoders fail in many ways over files that were made to break them
            raise _unusable("This picture is damaged or too large. Please take it again, or send a smaller one.") from (
                fault
            )


def _drawn_anew(content: bytes, kind: Kind) -> bytes:
    file_format = "JPEG" if kind == "jpg" else "PNG"
    written = BytesIO()
    with Image.open(BytesIO(content), formats=[file_format]) as picture:
        _check_pixels(picture, kind)
        if kind == "jpg" and picture.width * picture.height > MOST_PIXELS:
            picture.draft(None, (picture.width // 2, picture.height // 2))
        ImageOps.exif_transpose(picture, in_place=True)
        plain = _in_plain_colours(picture, kind)
        plain.info.clear()  # comments, colour profiles and whatever else the saving would carry over
        if kind == "jpg":
            plain.save(written, file_format, quality=JPEG_QUALITY)
        else:
            plain.save(written, file_format)
    return written.getvalue()


def _check_pixels(opened: Image.Image, kind: Kind) -> None:
    """Asked of the header, before a single pixel is unpacked."""
    most = MOST_PIXELS * (4 if kind == "jpg" else 1)
    if opened.width * opened.height > most:
        raise _unusable(f"This picture has too many pixels. Please send one of at most {most // 1_000_000} million.")


def _in_plain_colours(picture: Image.Image, kind: Kind) -> Image.Image:
    if kind == "jpg":
        return picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    if picture.mode in _KEPT_MODES:
        return picture
    return picture.convert("RGBA" if "transparency" in picture.info else "RGB")


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
    return f"This one looks like: {name}." if name else ""


def _listed(types: list[Literal["jpg", "png", "pdf"]]) -> str:
    named = {"jpg": "a JPG picture", "png": "a PNG picture", "pdf": "a PDF"}
    words = [named[kind] for kind in types]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _unusable(sentence: str) -> Invalid:
    return Invalid(sentence, {"file": sentence})
