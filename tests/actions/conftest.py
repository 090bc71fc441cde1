"""A room to try one action in: real words, real policy, fakes for the services behind it."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import slots
from actions.talk import BotAction
from disputes import clock, database
from disputes.cases.schemas import CaseProgress, Complaint
from disputes.chat import case_acts, files_to_case, visits
from disputes.chat import service as chat
from disputes.chat.case_acts import AtHand, Told
from disputes.errors import DisputesError, TooMany
from disputes.orders import Order, OrdersUnavailable, OrderUnknown
from disputes.orders import service as orders
from disputes.orders.stand_in import demo_order
from nlu_components.values import find_values

ROOT = Path(__file__).parent.parent.parent
DOMAIN: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
CONVERSATION = UUID("7b7f9f3e-6a43-4a0e-9d27-0f2f4c9f2c11")
TEMPLATE_KEYS = {"text", "response", "template", "buttons", "elements", "custom", "image", "attachment"}


@dataclass
class Outcome:
    """What an action did: slots it set, what it said, the other events."""

    events: list[dict[str, Any]]
    responses: list[dict[str, Any]]

    @property
    def slots(self) -> dict[str, Any]:
        """The slots that were set, as they are at the end."""
        return {event["name"]: event["value"] for event in self.events if event["event"] == "slot"}

    @property
    def said(self) -> list[str]:
        """The names of the responses, in order."""
        return [each["response"] for each in self.responses if each.get("response")]

    @property
    def next_action(self) -> str | None:
        """What is to follow at once."""
        return next((event["name"] for event in self.events if event["event"] == "followup"), None)

    @property
    def handoff(self) -> dict[str, str] | None:
        """The request for a person, if there was one."""
        found = [each["custom"]["handoff"] for each in self.responses if "handoff" in (each.get("custom") or {})]
        return found[0] if found else None

    def value(self, name: str) -> Any:
        """A value that a response was given."""
        return next(each[name] for each in self.responses if name in each and name not in TEMPLATE_KEYS)


@dataclass
class Services:
    """Fakes of the services; what was called is kept."""

    facts: list[dict[str, str | None]] = field(default_factory=list)
    filed: dict[str, Complaint] = field(default_factory=dict)
    codes: list[tuple[str, str]] = field(default_factory=list)
    progress: list[CaseProgress] | Exception = field(default_factory=list)
    acts: dict[str, tuple[str, str, Told]] = field(default_factory=dict)
    at_hand: AtHand | DisputesError = field(default_factory=lambda: AtHand("", ()))
    standing: CaseProgress | None = None
    refusal: DisputesError | None = None
    forecasts: dict[str, list[str]] = field(default_factory=dict)
    files: int = 0
    filed_before: str | None = None
    orders_are_down: bool = False
    codes_are_used_up: bool = False
    orders_left: int = 100
    is_proved_by_shop: bool = False

    def remember_facts(
        self,
        _session: object,
        _conversation_id: UUID,
        facts: dict[str, str | None],
        *,
        known: dict[str, str] | None = None,
    ) -> None:
        self.facts.append(facts)

    def file_complaint(self, _session: object, complaint: Complaint, *, filing_key: str) -> tuple[Any, int]:
        self.filed.setdefault(filing_key, complaint)
        return FiledCase(f"CD-0000-{list(self.filed).index(filing_key):04}"), self.files

    def request_status_code(
        self, _session: object, _conversation_id: UUID, lookup: str, email: str, *, another: bool = False
    ) -> None:
        if self.codes_are_used_up:
            raise TooMany("That was often.")
        self.codes.append((lookup, email))

    def note_order_lookup(self, _session: object, _conversation_id: UUID) -> None:
        if self.orders_left == 0:
            raise TooMany("These were many orders.")
        self.orders_left -= 1

    def progress_for_conversation(self, _session: object, _conversation_id: UUID) -> list[CaseProgress]:
        if isinstance(self.progress, Exception):
            raise self.progress
        return self.progress

    def act(self, _session: object, _conversation_id: UUID, reference: str, name: str, told: Told) -> CaseProgress:
        if self.refusal is not None:
            raise self.refusal
        self.acts.setdefault(told.key, (name, reference, told))
        return self.standing or a_case(reference=reference)

    def check(self, _session: object, _conversation_id: UUID, _reference: str, _name: str) -> None:
        if self.refusal is not None:
            raise self.refusal

    def what_is_at_hand(self, _session: object, _conversation_id: UUID, _reference: str) -> AtHand:
        if isinstance(self.at_hand, DisputesError):
            raise self.at_hand
        return self.at_hand

    def if_nothing(
        self, _session: object, _conversation_id: UUID, reference: str | None = None
    ) -> dict[str, list[str]]:
        if self.refusal is not None:
            raise self.refusal
        return {reference: self.forecasts[reference]} if reference else self.forecasts

    def by_shop(self, _session: object, _conversation_id: UUID) -> bool:
        return self.is_proved_by_shop

    def find_open(self, _session: object, _conversation_id: UUID, **_person: str | None) -> str | None:
        return self.filed_before

    def look_up(self, number: str) -> Order:
        if self.orders_are_down:
            raise OrdersUnavailable("time-out")
        found = demo_order(number, today=clock.now())
        if found is None:
            raise OrderUnknown
        return found


@dataclass(frozen=True)
class FiledCase:
    reference: str
    next_date: datetime = datetime(2026, 5, 12, 22, tzinfo=UTC)
    first_answer_by: datetime = datetime(2026, 5, 26, 22, tzinfo=UTC)
    expected_end: datetime = datetime(2026, 6, 10, 22, tzinfo=UTC)


class Room:
    """Runs actions on trackers made by hand."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def run(
        self,
        action: BotAction,
        text: str = "",
        intent: str = "nlu_fallback",
        *,
        confidence: float = 0.9,
        ranking: dict[str, float] | None = None,
        form: str | None = None,
        asked: str | None = None,
        message_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        events: list[dict[str, Any]] | None = None,
        bare: bool = False,
        **known: Any,
    ) -> Outcome:
        """Runs an action after the customer said `text`; `known` are slots. `bare`: without the gateway's metadata."""
        given = {"message_id": message_id or str(uuid4()), "conversation_id": str(CONVERSATION), **(metadata or {})}
        chances = {intent: confidence, **(ranking or {})}
        found: list[dict[str, Any]] = [each._asdict() for each in find_values(text)]
        if text.startswith("/"):
            _, brace, told = text.partition("{")
            found = [{"entity": name, "value": value} for name, value in json.loads(brace + told or "{}").items()]
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": confidence},
            "intent_ranking": [{"name": name, "confidence": chance} for name, chance in chances.items()],
            "entities": found,
            "metadata": {} if bare else given,
        }
        initial = {name: slot.get("initial_value") for name, slot in DOMAIN["slots"].items()}
        happened = events or [{"event": "user", "text": text, "parse_data": message}]
        if action.passes_on and events is None:  # Rasa shows a form's validation the form itself as done already
            happened.append({"event": "action", "name": form})
        tracker = Tracker(
            sender_id="a customer",
            slots={**initial, slots.REQUESTED: asked, **known},
            latest_message=message,
            events=happened,
            paused=False,
            followup_action=None,
            active_loop={"name": form} if form else {},
            latest_action_name="action_listen",
        )
        dispatcher = CollectingDispatcher()
        done = asyncio.run(action.run(dispatcher, tracker, DOMAIN))
        return Outcome(list(done), list(dispatcher.messages))


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Services:
    """The fakes in place of the real services."""
    fakes = Services()
    monkeypatch.setattr(database, "run", lambda verb, *args, **kwargs: verb(None, *args, **kwargs))
    monkeypatch.setattr(chat, "remember_facts", fakes.remember_facts)
    monkeypatch.setattr(chat, "request_status_code", fakes.request_status_code)
    monkeypatch.setattr(chat, "progress_for_conversation", fakes.progress_for_conversation)
    monkeypatch.setattr(visits, "note_order_lookup", fakes.note_order_lookup)
    monkeypatch.setattr(files_to_case, "file_complaint", fakes.file_complaint)
    monkeypatch.setattr(case_acts, "act", fakes.act)
    monkeypatch.setattr(case_acts, "check", fakes.check)
    monkeypatch.setattr(case_acts, "at_hand", fakes.what_is_at_hand)
    monkeypatch.setattr(case_acts, "if_nothing", fakes.if_nothing)
    monkeypatch.setattr(case_acts, "open_about", fakes.find_open)
    monkeypatch.setattr(case_acts, "is_proved_by_shop", fakes.by_shop)
    monkeypatch.setattr(orders, "look_up", fakes.look_up)
    return fakes


@pytest.fixture
def room(services: Services) -> Iterator[Room]:
    """A room to try an action in."""
    yield Room(services)


def a_case(**changes: Any) -> CaseProgress:
    """A complaint as a proven person sees it."""
    now = clock.now()
    facts: dict[str, Any] = {
        "reference": "CD-0000-0000",
        "stage": "filed",
        "stage_label": "Received",
        "turn": "us",
        "whose_turn": "Ours",
        "next_step": "A person takes it on.",
        "next_date": now,
        "overdue": False,
        "promised_end": now + timedelta(days=30),
        "history": [],
        "masked_contact": "a•••@example.com",
        "order_number": "10023",
        "category_label": "Late delivery",
        "filed_at": now,
    }
    return CaseProgress(**facts | changes)
