"""What the API takes and gives."""

from collections.abc import Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from disputes.cases.fields import LONGEST_DESCRIPTION, LONGEST_NAME, LONGEST_NOTE, LONGEST_PHONE
from disputes.cases.schemas import CaseProgress

LONGEST_EMAIL = 254
LONGEST_ORDER_NUMBER = 64

type Email = Annotated[str, Field(max_length=LONGEST_EMAIL, examples=["mia.hughes@example.com"])]
type OrderNumber = Annotated[str, Field(max_length=LONGEST_ORDER_NUMBER, examples=["10023"])]


class ComplaintIn(BaseModel):
    """A written complaint. At least one of e-mail and phone is needed; the order number only if there is one."""

    name: Annotated[str, Field(max_length=LONGEST_NAME, examples=["Mia Hughes"])]
    email: Email | None = None
    phone: Annotated[str, Field(max_length=LONGEST_PHONE, examples=["+447700900123"])] | None = None
    order_number: OrderNumber | None = None
    category: Annotated[str, Field(max_length=40, description="an id of the policy's list", examples=["lost"])] = (
        "other"
    )
    description: Annotated[str, Field(max_length=LONGEST_DESCRIPTION, examples=["The parcel never arrived."])]
    desired_outcome: Annotated[str, Field(max_length=LONGEST_NOTE, examples=["My money back."])] | None = None


class ComplaintFiled(BaseModel):
    """The complaint has been filed; the reference is what to ask with."""

    reference: str
    next_step: str
    next_date: datetime | None
    expected_end: datetime
    status_url: str


class CodeRequestIn(BaseModel):
    """Whose complaint it is about; one of order number and reference."""

    order_number: OrderNumber | None = None
    reference: Annotated[str, Field(max_length=40, examples=["CD-8K2M-4TQX"])] | None = None
    email: Email


class CodeRequested(BaseModel):
    """The same for everybody: whether anything matches is not said."""

    request_id: UUID
    message: str


class CodeIn(BaseModel):
    """The code from the letter, with the id of the request that it answers."""

    request_id: UUID
    code: Annotated[str, Field(max_length=40, examples=["123456"])]


class HistoryLineOut(BaseModel):
    """One thing that happened."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    text: str


class CaseOut(BaseModel):
    """How one complaint stands, as much as its complainant may see."""

    model_config = ConfigDict(from_attributes=True)

    reference: str
    stage: str
    stage_label: str
    whose_turn: str
    next_step: str
    next_date: datetime | None
    overdue: bool
    promised_end: datetime
    history: list[HistoryLineOut]
    masked_contact: str
    order_number: str | None
    category_label: str
    filed_at: datetime

    @classmethod
    def of(cls, progress: CaseProgress) -> Self:
        """The same facts, in the API's shape."""
        return cls.model_validate(progress)


class Verified(BaseModel):
    """The complaints of that person, for that order or reference."""

    cases: list[CaseOut]


class FilePayload(BaseModel):
    """A file: with its id it can be fetched by whoever is in the chat."""

    id: UUID
    title: str
    kind: str
    size: int


class FileAttachment(BaseModel):
    """A file as it hangs on a message: `type` is image or file."""

    type: str
    payload: FilePayload


class ChatFileSent(BaseModel):
    """The message that a file has become, as the sockets send it too."""

    model_config = ConfigDict(populate_by_name=True)

    id: UUID
    seq: int
    author: Annotated[str, Field(alias="from")]
    name: str | None
    at: datetime
    text: str
    attachment: FileAttachment
    client_id: str


class ErrorDetail(BaseModel):
    """What went wrong: a word for programs, a sentence for people, and the fields it is about."""

    code: str
    message: str
    fields: dict[str, str] | None = None


class Error(BaseModel):
    """The shape of every error."""

    error: ErrorDetail


def errors(statuses: Iterable[int]) -> dict[int | str, dict[str, Any]]:
    """The answers in that shape that a route may give, for its description."""
    return {status: {"model": Error, "description": HTTPStatus(status).phrase} for status in statuses}
