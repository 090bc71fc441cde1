"""The hand-over card: what a colleague reads when people take a chat over, which the customer sees and corrects.

The customer's card has all that the colleague is told about the matter. The mood (`mood`) is on the colleague's side
only: a guess for the next few minutes, made of the customer's own words when somebody looks, and kept nowhere.
Corrections need no assistant: they change what is known at once, are a line of the thread, and reach the assistant's
slots with its next turn (`turns`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import queries as cases
from disputes.cases.fields import FieldError, clean_description, clean_email, clean_name, clean_phone
from disputes.cases.told import in_text
from disputes.chat import handover_queries, queries, thread
from disputes.chat.lines import line
from disputes.chat.mood import mood_of
from disputes.chat.reasons import BEGINNINGS
from disputes.chat.schemas import Json, StaffCard, StaffRow
from disputes.chat.summary import summary_of
from disputes.chat.tables import Conversation
from disputes.errors import Conflict, Invalid, NotFound
from disputes.orders.service import normalise_number

CARD: Final = "handover"
"""The kind of the card."""

SHOWN: Final = 120
"""Characters of a new value that the line about it repeats."""


@dataclass(frozen=True)
class Field:
    """One line of the card that the customer can change. `clean` gives the value to keep, or raises `FieldError`."""

    name: str
    input: Literal["choice", "line", "text"]
    clean: Callable[[str], str]
    always: bool = True

    @property
    def label(self) -> str:
        """What customers read before the value."""
        return line(f"handover_{self.name}")

    @property
    def label_for_both(self) -> str:
        """The same where staff read it, too."""
        return line(f"handover_short_{self.name}")


def _category(typed: str) -> str:
    if typed not in policy.current().categories:
        raise FieldError(line("one_of_the_list"))
    return typed


def _order_number(typed: str) -> str:
    number = normalise_number(typed)
    if number is None:
        raise FieldError(line("no_order_number"))
    return number


def _phone(typed: str) -> str:
    return clean_phone(typed, policy.current().shop.country)


FIELDS: Final[Mapping[str, Field]] = {
    field.name: field
    for field in (
        Field("category", "choice", _category),
        Field("order_number", "line", _order_number),
        Field("description", "text", clean_description),
        Field("complainant_name", "line", clean_name),
        Field("contact_email", "line", clean_email),
        Field("contact_phone", "line", _phone, always=False),
    )
}
"""By the names of the facts that the assistant remembers, in the order in which they are shown."""

NAMED: Final = {"amounts_named": "Amounts named", "days_named": "Dates named"}
"""Facts that the assistant found in the words, as staff read them; the words count, so that nobody corrects these."""


def show(session: Session, conversation: Conversation) -> None:
    """Shows the customer the card, as the chat goes from the assistant to people. The caller holds the lock."""
    card = _card(session, conversation)
    thread.append(session, conversation, "system", line("handover_card"), card=card)


def correct(session: Session, conversation_id: UUID, field_name: str, typed: str, *, client_id: str) -> None:
    """The customer changes a line of the card, while people have the chat. The same `client_id` changes it once.

    Raises `Invalid` with a sentence for them, `Conflict` when the chat is the assistant's again, or has ended.
    """
    conversation = queries.locked(session, conversation_id)
    if conversation is None:
        raise NotFound(line("no_such_chat"))
    if queries.message_by_client_id(session, conversation_id, client_id) is not None:
        return
    if conversation.owner not in ("queue", "agent"):
        raise Conflict(line("corrected_late"))
    field = FIELDS.get(field_name)
    if field is None:
        raise Invalid(line("corrected_unknown"))
    value = _cleaned(field, typed)
    if value == conversation.facts.get(field.name):
        return
    known = conversation.facts | {field.name: value} | _named_in(field, value)
    conversation.facts = {name: each for name, each in known.items() if each}
    given = {"value": value, "at": clock.now().isoformat()}
    conversation.corrections = conversation.corrections | {field.name: given}
    conversation.facts_version += 1
    if conversation.handoff_summary is not None:
        conversation.handoff_summary = summary_of(conversation.facts)
    _redraw(session, conversation, field, client_id)


def card_for_staff(session: Session, conversation: Conversation, *, verified: bool) -> StaffCard:
    """What a colleague reads of this chat now."""
    facts = conversation.facts
    rows = [
        StaffRow(
            field.label_for_both,
            _said(field, facts[field.name]),
            corrected="by" not in conversation.corrections.get(field.name, {"by": None}),
            is_long=field.input == "text",
        )
        for field in FIELDS.values()
        if facts.get(field.name)
    ]
    rows += [
        StaffRow(label, facts[name], corrected=False, is_long=False) for name, label in NAMED.items() if facts.get(name)
    ]
    return StaffCard(
        reason=BEGINNINGS.get(conversation.handoff_reason or ""),
        rows=rows,
        tried=_tried(facts, "for_staff"),
        mood=mood_of(handover_queries.last_words(session, conversation.id)),
        verified=verified,
        by_shop=verified and proof_of(session, conversation) == "shop",
        language=language_of(conversation),
        page=_place(conversation.page),
    )


def language_of(conversation: Conversation) -> str | None:
    """The language of the customer's browser, by name where we know one."""
    if not conversation.locale:
        return None
    code = conversation.locale.replace("_", "-").split("-")[0].lower()
    return line.all().get(f"language_{code}", conversation.locale)


def _card(session: Session, conversation: Conversation) -> Json:
    facts = conversation.facts
    rows: list[Json] = [
        _row(field, facts.get(field.name)) for field in FIELDS.values() if field.always or facts.get(field.name)
    ]
    tried = _tried(facts, "for_customer")
    filed = ", ".join(case.reference for case in cases.cases_of_conversation(session, conversation.id))
    where = [language_of(conversation), _place(conversation.page)]
    for label, value in (
        *((line(f"handover_{name}"), facts.get(name)) for name in NAMED),
        (line("handover_tried"), tried),
        (line("handover_complaint"), filed),
        _proof_row(session, conversation),
        (line("handover_place"), ", ".join(part for part in where if part)),
    ):
        if value:
            rows.append({"label": label, "value": value})
    return {"kind": CARD, "title": line("handover_title"), "rows": rows}


def _named_in(field: Field, value: str) -> dict[str, str]:
    """What another description names in place of the one before; empty where it names nothing."""
    if field.name != "description":
        return {}
    rules = policy.current()
    told = in_text(value, rules, clock.now().astimezone(rules.calendar.zone).date())
    return {"amounts_named": told.amounts_said, "days_named": told.days_said}


def _row(field: Field, value: str | None) -> Json:
    row: Json = {
        "label": field.label,
        "value": _said(field, value) if value else line("handover_empty"),
        "field": field.name,
        "input": field.input,
        "typed": value or "",
    }
    if field.input == "choice":
        row["options"] = [{"value": name, "label": each.label} for name, each in policy.current().categories.items()]
    return row


def _redraw(session: Session, conversation: Conversation, field: Field, client_id: str) -> None:
    """Brings the card in the thread up to date, and says in a line of its own what was changed."""
    value = _said(field, conversation.facts[field.name])
    short = value if len(value) <= SHOWN else f"{value[:SHOWN].rstrip()}…"
    changed = redrawn(session, conversation)
    words = line("corrected", label=field.label_for_both, value=" ".join(short.split()))
    thread.append(session, conversation, "system", words, client_id=client_id, lists=True, **changed)


def redrawn(session: Session, conversation: Conversation) -> dict[str, Any]:
    """Brings the card in the thread up to date; what the line of the thread must have that tells every page so."""
    shown = handover_queries.last_card(session, conversation.id)
    if shown is None:
        return {}
    shown.card = _card(session, conversation)
    return {"card": shown.card, "note": {"card_of": str(shown.id)}}


def is_proved(session: Session, conversation: Conversation) -> bool:
    """Whether the customer has proved in this chat who they are, in either way, and that still counts."""
    return proof_of(session, conversation) is not None


def proof_of(session: Session, conversation: Conversation) -> Literal["code", "shop"] | None:
    """By what the customer has proved who they are: a code that they entered, or the word of the shop where they are
    signed in. None: by nothing that still counts."""
    request_id = conversation.status_request_id
    request = queries.status_request(session, request_id) if request_id else None
    if request is None or request.verified_until is None or request.verified_until <= clock.now():
        return None
    return "shop" if request.by_shop else "code"


def _proof_row(session: Session, conversation: Conversation) -> tuple[str, str]:
    proof = proof_of(session, conversation)
    if proof == "shop":
        return line("handover_verified"), line("handover_proved_by_shop")
    return line("handover_proof"), line("handover_proved") if proof else line("handover_not_proved")


def _cleaned(field: Field, typed: str) -> str:
    try:
        return field.clean(typed.replace("\0", ""))
    except FieldError as fault:
        raise Invalid(str(fault), {field.name: str(fault)}) from fault


def _said(field: Field, value: str) -> str:
    return policy.current().category_label(value) if field.name == "category" else value


def _tried(facts: Mapping[str, str], whom: Literal["for_staff", "for_customer"]) -> str | None:
    """What was proposed to settle it, and what came of it: the assistant writes "refused: A new parcel."."""
    answer, colon, remedy = facts.get("informal_outcome", "").partition(": ")
    if not colon or answer not in ("accepted", "refused", "proposed"):
        return facts.get("informal_outcome")
    return line(f"tried_{answer}_{whom}", remedy=remedy)


def _place(page: str | None) -> str | None:
    """The page without what is before and after its path."""
    if not page:
        return None
    parts = urlsplit(page)
    return f"{parts.netloc}{parts.path}" or page
