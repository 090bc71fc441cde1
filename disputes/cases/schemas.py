"""What goes into a case and what is told about it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator

from disputes.cases import fields
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "cases")

type Source = Literal["chat", "form", "staff", "shop"]


class Complaint(BaseModel):
    """A complaint ready to be filed: all its fields are clean and it can be answered.

    A phone number without a country code needs the validation context `{"country": "GB"}`;
    `cases.service.read_complaint` gives the shop's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str
    email: str | None = None
    phone: str | None = None
    order_number: str | None = None
    category: str = "other"
    description: str
    desired_outcome: str | None = None
    source: Source
    conversation_id: UUID | None = None
    filed_by_staff_id: UUID | None = None
    informal_outcome: str | None = None
    scope_review: bool = False
    reseller: str | None = None
    linked_to_id: UUID | None = None
    country: str | None = None

    @field_validator("email", "phone", "order_number", "desired_outcome", "informal_outcome", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        return fields.clean_name(value)

    @field_validator("email")
    @classmethod
    def _email(cls, value: str | None) -> str | None:
        return None if value is None else fields.clean_email(value)

    @field_validator("phone")
    @classmethod
    def _phone(cls, value: str | None, info: ValidationInfo) -> str | None:
        country = info.context.get("country") if isinstance(info.context, dict) else None
        return None if value is None else fields.clean_phone(value, country)

    @field_validator("description")
    @classmethod
    def _description(cls, value: str) -> str:
        return fields.clean_description(value)

    @field_validator("desired_outcome", "informal_outcome")
    @classmethod
    def _note(cls, value: str | None) -> str | None:
        return None if value is None else fields.clean_note(value)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.email is None and self.phone is None:
            raise fields.FieldError(say("contact"))
        if (self.source in ("staff", "shop")) != (self.filed_by_staff_id is not None):
            raise fields.FieldError(say("filed_by"))
        return self


@dataclass(frozen=True)
class HistoryLine:
    """One thing that happened, in words for whoever reads it."""

    at: datetime
    text: str


@dataclass(frozen=True)
class StaffHistoryLine(HistoryLine):
    """The same for staff: who did it, why, on which clause, and what the customer was told."""

    kind: str
    by: str
    reason: str | None
    clause: str | None
    notice: str | None
    for_customer: bool


@dataclass(frozen=True)
class StepProgress:
    """One point of the steps line. `status`: done, now or later."""

    id: str
    label: str
    status: Literal["done", "now", "later"]


@dataclass(frozen=True)
class CaseProgress:
    """How a complaint stands, as much as a verified person may see; no address, no names of other people.

    `stage` is the state's id; `whose_turn` and the labels are words. `next_date` is None when nothing is due;
    `overdue` tells that it has passed.
    """

    reference: str
    stage: str
    stage_label: str
    turn: str
    whose_turn: str
    next_step: str
    next_date: datetime | None
    overdue: bool
    promised_end: datetime
    history: list[HistoryLine]
    masked_contact: str
    order_number: str | None
    category_label: str
    filed_at: datetime
    steps: list[StepProgress] = field(default_factory=list)
