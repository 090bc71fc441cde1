"""The shape of `policy.yml`. Unknown keys are refused; what each figure means is said in docs/policy.md."""

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, field_validator

Text = Annotated[str, Field(min_length=1, max_length=1200)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Count = Annotated[int, Field(strict=True, ge=1, le=10_000)]
CountOrZero = Annotated[int, Field(strict=True, ge=0, le=10_000)]
Money = Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=2)]
Address = Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$", max_length=254)]
ClauseId = Literal["C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
RemedyKind = Literal[
    "refund",
    "part_refund",
    "voucher",
    "replacement",
    "resend",
    "return",
    "repair",
    "cancel",
    "trace",
    "check",
    "apology",
    "other",
]
Assignment = Literal["manual", "least_loaded"]
OrderStatus = Literal["placed", "packed", "shipped", "delivered", "returned", "cancelled"]

OutcomeCode = Literal["upheld", "partly_upheld", "not_upheld", "goodwill", "settled", "no_finding"]
OutsideKind = Literal["arbitration", "ombudsman", "adr", "court", "advice"]
Turn = Literal["us", "you", "neutral", "nobody"]

WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLAUSE_IDS: tuple[ClauseId, ...] = ("C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10")


class Part(BaseModel):
    """Any part of the policy: read-only, and without keys nobody knows."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shop(Part):
    name: Text
    url: HttpUrl
    support_email: Address
    support_phone: Text
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    subdivision: str | None = None
    timezone: Text
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    locale: Text


MIDNIGHT = time.max
"""The end of a day, which is written 24:00."""


class Hours(Part):
    """From when until when the office is open on one weekday, in the shop's time."""

    opens: time
    closes: time


class Chat(Part):
    """How people take chats. Minutes and seconds are real time, whatever the office hours."""

    assignment: Assignment = "manual"
    outside_hours: Literal["nobody", "whoever_is_active"] = "whoever_is_active"
    unclaimed_minutes: Count = 10
    unanswered_minutes: Count = 3
    agent_gone_seconds: Count = 60
    customer_idle_minutes: Count = 30
    assistant_idle_minutes: Count = 1440
    order_lookups: Count = 10
    unseen_reply_seconds: Count = 120
    left_message_business_days: Count = 1


class CalendarRules(Part):
    working_days: Annotated[list[Weekday], Field(min_length=1)]
    public_holidays: bool = True
    extra_closed_days: list[date] = []


class Clause(Part):
    """One clause of the policy, its figures filled in. `answers` are short ones to what is asked about it."""

    title: Text
    text: Text
    answers: dict[Id, Text] = {}


class ClockChanges(Part):
    """Clocks a category has for itself; all others come from `clocks`."""

    named_person_business_days: Count | None = None
    first_answer_days: Count | None = None
    customer_question_days: Count | None = None
    customer_reminder_days: list[Count] | None = None
    offer_days: Count | None = None
    offer_reminder_days: list[Count] | None = None
    mediation_answer_days: Count | None = None
    mediation_days: Count | None = None
    mediation_extension_days: Count | None = None
    mediation_think_hours: Count | None = None
    management_review_days: Count | None = None
    management_review_after_silence_days: Count | None = None
    management_review_after_mediation_days: Count | None = None
    final_response_days: Count | None = None
    hard_cap_days: Count | None = None
    review_window_days: Count | None = None
    satisfaction_days: Count | None = None


class Category(Part):
    label: Text
    about_order: bool = True
    clocks: ClockChanges = ClockChanges()


class Span(Part):
    """A number of days, both ends included."""

    at_least: CountOrZero | None = None
    at_most: CountOrZero | None = None

    @property
    def is_empty(self) -> bool:
        """True when no number can be inside."""
        return self.at_least is not None and self.at_most is not None and self.at_least > self.at_most

    def holds(self, days: int | None) -> bool:
        """True when the number is known and inside."""
        return (
            days is not None
            and (self.at_least is None or days >= self.at_least)
            and (self.at_most is None or days <= self.at_most)
        )


class When(Part):
    """What must be true of the order for a remedy to be proposed; all of it."""

    order: Literal["known", "unknown", "any"] = "any"
    status: list[OrderStatus] | None = None
    ordered_days: Span | None = None
    shipped_days: Span | None = None
    delivered_days: Span | None = None
    refund: Literal["none", "pending", "paid"] | None = None


class Amount(Part):
    """How much a remedy is worth: a share of the order's total, or a fixed sum."""

    percent_of_total: Annotated[int, Field(strict=True, ge=1, le=100)] | None = None
    fixed: Money | None = None


class RemedyRule(Part):
    id: Id
    categories: Annotated[list[Id], Field(min_length=1)]
    kind: RemedyKind
    clause: ClauseId
    text: Text
    amount: Amount | None = None
    when: When = When()


class Clocks(Part):
    """Every deadline, in the unit its name ends with. docs/policy.md explains each."""

    acknowledgement_seconds: Count
    named_person_business_days: Count
    quick_lane_business_days: Count
    urgent_business_days: Count
    progress_note_days: Count
    first_answer_days: Count
    customer_question_days: Count
    customer_reminder_days: list[Count]
    offer_days: Count
    offer_reminder_days: list[Count]
    mediation_answer_days: Count
    mediation_days: Count
    mediation_extension_days: Count
    mediation_think_hours: Count
    management_review_days: Count
    management_review_after_silence_days: Count
    management_review_after_mediation_days: Count
    final_response_days: Count
    hard_cap_days: Count
    review_window_days: Count
    last_call_days: Count
    withdraw_undo_days: Count
    redirect_business_days: Count
    redirect_objection_days: Count
    remedy_overdue_business_days: Count
    staff_warning_days: list[CountOrZero]
    satisfaction_days: Count
    filing_window_days: Count | None = None


class Stage(Part):
    """One state of a case in customers' words."""

    label: Text
    turn: Turn
    next_step: Text


class Step(Part):
    """One point on the steps line, standing for several states."""

    id: Id
    label: Text
    states: Annotated[list[Id], Field(min_length=1)]


class Reseller(Part):
    name: Text
    also_known_as: list[Text] = []
    pointer: Text
    url: HttpUrl | None = None


class Points(Part):
    """What is looked into: in every case, and more by category."""

    general: Annotated[list[Text], Field(min_length=1)]
    by_category: dict[Id, list[Text]] = {}


class WatchWords(Part):
    """Words that change how a complaint is handled. A star at the end stands for any ending: `injur*`."""

    urgent: Annotated[list[Text], Field(min_length=1)]
    restricted: Annotated[list[Text], Field(min_length=1)]
    care: Annotated[list[Text], Field(min_length=1)]
    legal: Annotated[list[Text], Field(min_length=1)]


class Mediation(Part):
    """When mediation may be suggested. `smallest_amount` is in the shop's currency; `not_when` is read by people."""

    cost: Text
    categories: list[Id]
    smallest_amount: Money | None = None
    not_when: list[Text] = []


class Mediator(Part):
    """A neutral person. `not_for`: resellers or members of staff they have ties with."""

    name: Text
    organisation: Text
    email: Address
    languages: list[Text] = []
    not_for: list[Text] = []


class OutsideOption(Part):
    """Somebody outside the shop in one country; `checked` is when a person last looked that it is true."""

    name: Text
    kind: OutsideKind
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    url: HttpUrl
    checked: date


class OutsideOptions(Part):
    """Who else can help. Entries not checked for `valid_days` are not shown; `general` stands for them."""

    general: Text
    takes_part: Text
    time_limits: Text
    valid_days: Count
    directory: list[OutsideOption] = []


class Retention(Part):
    """How long things are kept. Months count from the end of a case; `legal_hold_months` is the longest hold.

    `audit_months` counts from the act; for half a year the database itself lets nothing of it go.
    """

    draft_days: Count
    unfiled_chat_days: Count
    status_request_days: Count
    contact_months: Count
    case_months: Count
    withdrawn_months: Count
    legal_hold_months: Count
    audit_months: Annotated[int, Field(strict=True, ge=6, le=120)]


class Evidence(Part):
    files: Count
    megabytes_each: Count
    types: Annotated[list[Literal["jpg", "png", "pdf", "heic"]], Field(min_length=1)]


class PolicyFile(Part):
    """`policy.yml` as written; `disputes.policy.Policy` is made from it."""

    version: Literal[1]
    shop: Shop
    office_hours: dict[Weekday, Hours]
    calendar: CalendarRules
    chat: Chat = Chat()
    clauses: dict[ClauseId, Clause]
    categories: Annotated[dict[Id, Category], Field(min_length=1)]
    assistant_limits: dict[RemedyKind, Money] = {}
    remedies: list[RemedyRule]
    clocks: Clocks
    stages: dict[Id, Stage]
    turns: dict[Turn, Text]
    steps: Annotated[list[Step], Field(min_length=2)]
    history: dict[Id, Text]
    outcome_labels: dict[OutcomeCode, Text]
    remedy_labels: dict[RemedyKind, Text]
    points: Points
    watch_words: WatchWords
    causes: Annotated[dict[Id, Text], Field(min_length=1)]
    promises: dict[Id, Text]
    tasks: dict[Id, Text]
    resellers: list[Reseller] = []
    mediation: Mediation
    mediators: list[Mediator] = []
    outside_options: OutsideOptions
    retention: Retention
    evidence: Evidence

    @field_validator("office_hours", mode="before")
    @classmethod
    def _read_hours(cls, value: object) -> object:
        """Takes "09:00-17:30" for a day; anything else is left for the usual check to refuse."""
        if not isinstance(value, dict):
            return value
        return {day: _hours(hours) for day, hours in value.items()}


def _hours(written: object) -> object:
    if not isinstance(written, str):
        return written
    opens, _, closes = written.partition("-")
    until = MIDNIGHT if closes.strip() == "24:00" else closes.strip()
    return {"opens": opens.strip(), "closes": until}
