"""What staff fill in when they answer a complaint. The fields may be empty; `faults` says what is missing."""

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from disputes.cases.fields import clean_text
from disputes.errors import Invalid
from disputes.policy import Policy

type Position = Literal["accept", "offer", "reject"]

OUTCOMES: Final[Mapping[str, tuple[str, ...]]] = {
    "accept": ("upheld", "partly_upheld"),
    "offer": ("goodwill", "partly_upheld", "no_finding"),
    "reject": ("not_upheld", "no_finding"),
}
"""The outcome codes that go with a position; "settled" comes from mediation alone."""

MONEY: Final = frozenset({"refund", "part_refund", "voucher", "cancel"})
"""Kinds of remedy that are worth nothing without an amount."""

LONGEST_TEXT: Final = 10_000
LONGEST_CONDITIONS: Final = 1_000
LONGEST_DUE_DAYS: Final = 365
MOST_REMEDIES: Final = 10
MOST_MONEY: Final = Decimal(1_000_000)
CHECK_FORM: Final = "Please complete the form: no part of an answer may be empty."


class RemedyDraft(BaseModel):
    """Something to be given: `amount` in `currency` where it is money, within `due_days` calendar days of agreement."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    kind: str
    amount: Decimal | None = None
    currency: str | None = None
    conditions: str | None = None
    due_days: int = 7

    @field_validator("amount", "currency", "conditions", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value


class OfferDraft(BaseModel):
    """A first answer. `point_reasons`: why, for each point of the plan, by its id; needed for a refusal.

    `grants_all`: the customer gets all that they asked for. `cause` is one of the policy's root causes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    position: str = ""
    findings: str = ""
    reasons: str = ""
    point_reasons: dict[UUID, str] = {}
    clauses: list[str] = []
    remedies: list[RemedyDraft] = []
    grants_all: bool = False
    outcome_code: str = ""
    cause: str | None = None

    @field_validator("findings", "reasons")
    @classmethod
    def _clean(cls, value: str) -> str:
        return clean_text(value)

    @field_validator("point_reasons")
    @classmethod
    def _clean_all(cls, value: dict[UUID, str]) -> dict[UUID, str]:
        return {point: clean_text(reason) for point, reason in value.items()}


class FinalDraft(OfferDraft):
    """A final response. The options outside come from the policy; whether we take part in them, and until when
    the customer can do what, is written for this case."""

    takes_part: str = ""
    time_limits: str = ""

    @field_validator("takes_part", "time_limits")
    @classmethod
    def _clean_final(cls, value: str) -> str:
        return clean_text(value)


def read_offer(given: Mapping[str, Any]) -> OfferDraft:
    """A first answer as it was typed; raises `Invalid` where a field has something that cannot be read at all."""
    return _read(OfferDraft, given)


def read_final(given: Mapping[str, Any]) -> FinalDraft:
    """A final response as it was typed; raises `Invalid` where a field has something that cannot be read at all."""
    return _read(FinalDraft, given)


def complete(draft: OfferDraft, policy: Policy, points: Collection[UUID]) -> None:
    """Raises `Invalid`, with a sentence for each field, unless every part of the answer is filled in.

    `points` are the ids of the plan of investigation. Fields of remedies are named "remedies.0.amount".
    """
    wrong = faults(draft, policy, points)
    if wrong:
        raise Invalid(CHECK_FORM, wrong)


def faults(draft: OfferDraft, policy: Policy, points: Collection[UUID]) -> dict[str, str]:
    """What is missing or does not fit, a sentence for each field; empty when the answer may be sent."""
    wrong = _of_position(draft, points)
    for name, sentence in _TEXTS.items():
        written = getattr(draft, name, None)
        if written is not None and not any(sign.isalnum() for sign in written):
            wrong[name] = sentence
        elif written is not None and len(written) > LONGEST_TEXT:
            wrong[name] = f"Please shorten this to {LONGEST_TEXT:,} characters."
    unknown = [clause for clause in draft.clauses if clause not in policy.clauses]
    if unknown:
        wrong["clauses"] = f"Our policy has no clause {', '.join(unknown)}."
    elif not draft.clauses:
        wrong["clauses"] = "Please name at least one clause of the policy that this rests on."
    if draft.cause not in policy.causes:
        wrong["cause"] = "Please choose what caused the problem."
    return wrong | remedy_faults(draft.remedies, policy)


def remedy_faults(remedies: Collection[RemedyDraft], policy: Policy) -> dict[str, str]:
    """What does not fit in a list of remedies, by "remedies.NUMBER.FIELD"."""
    wrong = {}
    if len(remedies) > MOST_REMEDIES:
        wrong["remedies"] = f"Please offer at most {MOST_REMEDIES} things."
    for number, remedy in enumerate(remedies):
        for field, sentence in _of_remedy(remedy, policy):
            wrong[f"remedies.{number}.{field}"] = sentence
    return wrong


_TEXTS: Final = {
    "findings": "Please say what you found out.",
    "reasons": "Please give your reasons, so that the customer can follow them.",
    "takes_part": "Please say whether we take part in alternative dispute resolution in this case.",
    "time_limits": "Please say until when the customer can do what.",
}


def _of_position(draft: OfferDraft, points: Collection[UUID]) -> dict[str, str]:
    wrong = {}
    if draft.position not in OUTCOMES:
        wrong["position"] = "Please say whether we agree, offer something, or refuse."
    elif draft.outcome_code not in OUTCOMES[draft.position]:
        wrong["outcome_code"] = "Please choose an outcome that goes with our position."
    if draft.position == "offer" and not draft.remedies:
        wrong["remedies"] = "Please say what we offer."
    if draft.position == "reject":
        if draft.remedies:
            wrong["remedies"] = "A refusal offers nothing. Choose to offer something, or take this out."
        if draft.grants_all:
            wrong["grants_all"] = "A refusal does not give the customer all that they asked for."
        for point in points:
            if not draft.point_reasons.get(point):
                wrong[f"point_reasons.{point}"] = "Please give a reason for this point: we refuse it."
    for point in draft.point_reasons.keys() - set(points):
        wrong[f"point_reasons.{point}"] = "This point is not in the plan."
    for point, reason in draft.point_reasons.items():
        if len(reason) > LONGEST_TEXT:
            wrong[f"point_reasons.{point}"] = f"Please shorten this to {LONGEST_TEXT:,} characters."
    return wrong


def _of_remedy(remedy: RemedyDraft, policy: Policy) -> list[tuple[str, str]]:
    wrong = []
    if remedy.kind not in policy.remedy_labels:
        wrong.append(("kind", "Please choose what we give."))
    if remedy.kind in MONEY and remedy.amount is None:
        wrong.append(("amount", "Please give the amount."))
    if remedy.kind in ("other", "apology") and not remedy.conditions:
        wrong.append(("conditions", "Please say in a sentence what we do."))
    if remedy.amount is not None and not _is_money(remedy.amount):
        wrong.append(("amount", "Please give an amount above zero, with at most two decimals."))
    if remedy.currency is not None and remedy.currency != policy.shop.currency:
        wrong.append(("currency", f"Our shop pays in {policy.shop.currency}."))
    if remedy.conditions and len(remedy.conditions) > LONGEST_CONDITIONS:
        wrong.append(("conditions", f"Please shorten this to {LONGEST_CONDITIONS:,} characters."))
    if not 1 <= remedy.due_days <= LONGEST_DUE_DAYS:
        wrong.append(("due_days", f"Please give a number of days from 1 to {LONGEST_DUE_DAYS}."))
    return wrong


def _is_money(amount: Decimal) -> bool:
    try:
        return 0 < amount <= MOST_MONEY and amount == amount.quantize(Decimal("0.01"))
    except InvalidOperation:
        return False


def _read[Draft: OfferDraft](kind: type[Draft], given: Mapping[str, Any]) -> Draft:
    try:
        return kind.model_validate(given)
    except ValidationError as fault:
        wrong = {".".join(map(str, error["loc"])): "This cannot be read. Please check it." for error in fault.errors()}
        raise Invalid("Please check what you entered.", wrong) from None  # the cause would carry what was typed
