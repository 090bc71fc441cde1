"""Amounts and days that the customer names while telling what happened: kept, shown to people, asked by nobody.

A day is what it was when it was said, so that "yesterday" still is that day when the chat goes on tomorrow.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from actions import slots
from actions.turn import AMOUNT, DAY, Turn
from disputes import clock, policy
from disputes.cases.told import Told, in_text, told

NOT_OF_THE_MATTER: Final = frozenset({"greet", "thank", "goodbye", "out_of_scope", "ask_contact", "ask_bot"})
"""Where "tomorrow" is no day of the story."""


def named(turn: Turn, known: Mapping[str, Any], asked: str | None) -> dict[str, list[str]]:
    """The slots of amounts and days, with those of this turn; empty when it names none. `known` are the slots."""
    is_beside = turn.intent in NOT_OF_THE_MATTER and asked != slots.DESCRIPTION
    if not turn.mentions or is_beside:
        return {}
    both = _kept(told(turn.mentions.get(AMOUNT, ()), turn.mentions.get(DAY, ()), policy.current(), _today()))
    return {name: list(dict.fromkeys([*(known.get(name) or ()), *each])) for name, each in both.items() if each}


def named_in(description: str) -> dict[str, list[str] | None]:
    """The slots as a description that was put in the place of another one has them."""
    return {name: each or None for name, each in _kept(in_text(description, policy.current(), _today())).items()}


def said(known: Mapping[str, Any]) -> dict[str, str | None]:
    """The same as facts, in words; None where nothing was named."""
    days = tuple(date.fromisoformat(day) for day in known.get(slots.DAYS) or ())
    both = Told(tuple(known.get(slots.AMOUNTS) or ()), days)
    return {slots.AMOUNTS: both.amounts_said or None, slots.DAYS: both.days_said or None}


def _kept(new: Told) -> dict[str, list[str]]:
    return {slots.AMOUNTS: list(new.amounts), slots.DAYS: [day.isoformat() for day in new.days]}


def _today() -> date:
    return clock.now().astimezone(policy.current().calendar.zone).date()
