"""Pictures drawn anew: what comes out was painted by us, pixel by pixel, and holds nothing but what is seen."""

import threading
from io import BytesIO
from typing import Final, Literal

import pillow_heif
from PIL import Image, ImageOps

MOST_PIXELS: Final = 22_000_000
"""Of a picture as it is kept: 66 MB while it is worked on. A larger JPEG is halved by its decoder on the way in."""

MOST_OF_HEIC: Final = 50_000_000
"""The largest pictures that telephones take. The decoder has no smaller way: 150 MB, halved at once."""

JPEG_QUALITY: Final = 90
PREVIEW: Final = 640
"""The longer side of a small picture, in pixels: sharp enough at the width of a chat."""
_KEPT_MODES: Final = frozenset({"1", "L", "LA", "RGB", "RGBA", "I;16"})

_one_at_a_time = threading.Lock()
"""Pictures are large once they are unpacked: a process works on one, so that many uploads cannot fill the memory."""


class Damaged(ValueError):
    """It cannot be opened as what it says it is."""


class TooManyPixels(ValueError):
    """It would not fit into the memory that a picture may take. `most` would."""

    def __init__(self, most: int) -> None:
        super().__init__("too many pixels")
        self.most = most


def drawn_anew(content: bytes, kind: Literal["jpg", "png", "heic"]) -> bytes:
    """The picture, upright, as a JPEG or (from a PNG) a PNG. Its size is asked of its header, before a single pixel is
    unpacked. Raises `TooManyPixels` or `Damaged`."""
    with _one_at_a_time:
        try:
            return _from_heic(content) if kind == "heic" else _from(content, kind)
        except TooManyPixels:
            raise
        except Exception as fault:  # decoders fail in many ways over files that were made to break them
            raise Damaged("not to be opened") from fault


def preview(kept: bytes) -> bytes:
    """A small JPEG of a picture that was drawn anew before."""
    with _one_at_a_time, Image.open(BytesIO(kept), formats=["JPEG", "PNG"]) as picture:
        picture.draft(None, (PREVIEW, PREVIEW))
        picture.thumbnail((PREVIEW, PREVIEW))
        return _saved(_in_plain_colours(picture, "jpg"), "JPEG")


def _from(content: bytes, kind: Literal["jpg", "png"]) -> bytes:
    file_format: Literal["JPEG", "PNG"] = "JPEG" if kind == "jpg" else "PNG"
    with Image.open(BytesIO(content), formats=[file_format]) as picture:
        _check_pixels(picture.size, MOST_PIXELS * (4 if kind == "jpg" else 1))
        if kind == "jpg" and picture.width * picture.height > MOST_PIXELS:
            picture.draft(None, (picture.width // 2, picture.height // 2))
        ImageOps.exif_transpose(picture, in_place=True)
        return _saved(_in_plain_colours(picture, kind), file_format)


def _from_heic(content: bytes) -> bytes:
    """Its decoder turns the picture upright by itself."""
    opened = pillow_heif.open_heif(content)
    _check_pixels(opened.size, MOST_OF_HEIC)
    picture = opened.to_pillow()
    if picture.width * picture.height > MOST_PIXELS:
        picture = picture.reduce(2)
    return _saved(_in_plain_colours(picture, "jpg"), "JPEG")


def _check_pixels(size: tuple[int, int], most: int) -> None:
    if size[0] * size[1] > most:
        raise TooManyPixels(most)


def _saved(plain: Image.Image, file_format: Literal["JPEG", "PNG"]) -> bytes:
    plain.info.clear()  # comments, colour profiles and whatever else the saving would carry over
    written = BytesIO()
    if file_format == "JPEG":
        plain.save(written, file_format, quality=JPEG_QUALITY)
    else:
        plain.save(written, file_format)
    return written.getvalue()


def _in_plain_colours(picture: Image.Image, kind: Literal["jpg", "png"]) -> Image.Image:
    if kind == "jpg":
        return picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    if picture.mode in _KEPT_MODES:
        return picture
    return picture.convert("RGBA" if "transparency" in picture.info else "RGB")
