"""Amounts and days that the customer names are kept as what they were on that day, and shown to people."""

from datetime import UTC, datetime
from typing import Any

import pytest

from actions import slots
from actions.answers import GiveAnswer
from actions.complaint import ComplaintFormTurn
from actions.informal import CloseHelp, HearProblem
from disputes import clock
from tests.actions.conftest import Room

STORY = "I paid £49.90 on 3 March and yesterday only 20.00 came back"


@pytest.fixture(autouse=True)
def wednesday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 18, 12, tzinfo=UTC))


def test_those_of_a_problem_are_kept_and_shown(room: Room) -> None:
    done = room.run(HearProblem(), STORY, "problem_refund")
    assert done.slots[slots.AMOUNTS] == ["£49.90", "£20.00"]
    assert done.slots[slots.DAYS] == ["2026-03-03", "2026-03-17"]
    assert room.services.facts[-1][slots.AMOUNTS] == "£49.90, £20.00"
    assert room.services.facts[-1][slots.DAYS] == "Tuesday 3 March 2026, Tuesday 17 March 2026"


def test_later_ones_come_to_those_before(room: Room) -> None:
    known: dict[str, Any] = {slots.AMOUNTS: ["£20.00"], slots.DAYS: ["2026-03-03"]}
    form: dict[str, Any] = {"form": slots.COMPLAINT_FORM, "asked": slots.DESCRIPTION, "category": "refund"}
    done = room.run(ComplaintFormTurn(), "it was 20 pounds on the 12th, not 35 pounds", "inform", **form, **known)
    assert done.slots[slots.AMOUNTS] == ["£20.00", "£35.00"]
    assert done.slots[slots.DAYS] == ["2026-03-03", "2026-03-12"]


def test_yesterday_stays_the_day_that_it_was(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[str, Any] = {slots.DAYS: ["2026-03-17"]}
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 19, 12, tzinfo=UTC))
    done = room.run(HearProblem(), "and i called yesterday", "problem_rude", **known)
    assert done.slots[slots.DAYS] == ["2026-03-17", "2026-03-18"]


def test_the_day_is_the_one_in_the_shop(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 6, 18, 23, 30, tzinfo=UTC))
    assert room.run(HearProblem(), "it came today, broken", "problem_damaged").slots[slots.DAYS] == ["2026-06-19"]


@pytest.mark.parametrize(("text", "intent"), [("see you tomorrow", "goodbye"), ("not today, thanks", "thank")])
def test_small_talk_names_no_day(room: Room, text: str, intent: str) -> None:
    assert slots.DAYS not in room.run(GiveAnswer(), text, intent).slots


def test_what_is_settled_takes_them_along(room: Room) -> None:
    known: dict[str, Any] = {
        slots.AMOUNTS: ["£20.00"],
        slots.DAYS: ["2026-03-03"],
        slots.REMEDY: "refund",
        slots.REMEDY_TEXT: "Money back",
    }
    done = room.run(CloseHelp(), "yes", "affirm", remedy_answer=slots.ACCEPTED, **known)
    assert (done.slots[slots.AMOUNTS], done.slots[slots.DAYS]) == (None, None)


def test_they_are_no_answer_to_a_question(room: Room) -> None:
    done = room.run(HearProblem(), "49.90 on 3 march", "problem_charged", form=slots.HELP_FORM)
    assert slots.ORDER_NUMBER not in done.slots
