"""Cases that are looked into, and files as people send them."""

from io import BytesIO
from typing import Any

from PIL import Image
from sqlalchemy.orm import Session

from disputes.cases import queries, service
from disputes.cases.states import Actor
from disputes.cases.tables import Case
from disputes.people.tables import Staff
from tests.cases.factories import filed

CUSTOMER = Actor("customer")
ASSISTANT = Actor("assistant")
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def taken(session: Session, by: Staff, **changes: Any) -> Case:
    """A complaint that this person looks into."""
    return service.take(session, filed(session, **changes), by)


def reviewed(session: Session, case: Case, manager: Staff) -> Case:
    """The same, with management: handed over, and taken on by that manager."""
    investigator = case.investigator
    assert investigator is not None
    service.escalate(session, case, investigator, "It needs somebody with more say.")
    return service.take_review(session, queries.locked(session, case.id), manager)


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
