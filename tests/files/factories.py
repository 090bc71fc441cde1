"""Files as people send them."""

from io import BytesIO
from typing import Any

import pillow_heif
from PIL import Image

ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def jpg(size: tuple[int, int] = (40, 20), *, colour: str = "teal", **saved: Any) -> bytes:
    """A picture as a camera makes it."""
    return picture("JPEG", size, colour=colour, **saved)


def png(size: tuple[int, int] = (40, 20), *, colour: str = "teal", **saved: Any) -> bytes:
    """A picture as a screen makes it."""
    return picture("PNG", size, colour=colour, **saved)


def pdf(words: bytes = b"hello") -> bytes:
    """Enough of a PDF for a letter."""
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n% " + words + b"\ntrailer\n<< >>\nstartxref\n0\n%%EOF\n"


def picture(file_format: str, size: tuple[int, int], *, colour: str, **saved: Any) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, colour).save(written, file_format, **saved)
    return written.getvalue()


def from_phone(size: tuple[int, int] = (40, 20)) -> bytes:
    """A picture taken upright: it lies on its side, and says where and with what it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[MAKE] = "Phone of Mia Hughes"
    exif.get_ifd(GPS).update({1: "N", 2: (51.0, 30.0, 26.0), 3: "W", 4: (0.0, 7.0, 39.0)})
    return jpg(size, exif=exif, comment=b"taken at home")


def heic(size: tuple[int, int] = (40, 20), *, colour: str = "teal") -> bytes:
    """A picture as newer telephones take it: on its side, with the place."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[MAKE] = "Phone of Mia Hughes"
    written = BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", size, colour)).save(written, exif=exif.tobytes())
    return written.getvalue()
