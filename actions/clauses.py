"""Which part of the policy answers a question: the short answer to just that, the clause that comes next, or nothing.

A clause that was read out is not read out again: who asks on is told the rest, or that there is no more in the policy.
"""

from dataclasses import dataclass
from itertools import chain, pairwise

from actions import slots
from actions.phrases import phrases
from actions.talk import Event, Talk
from actions.turn import Turn
from disputes import policy
from disputes.policy.words import say_count

FOLLOW_UP = 6
"""Words up to which a question may be about what was spoken of before."""

RECENT = 3
"""Turns that a customer still has before their eyes."""

NEXT = {"C1": "C2", "C2": "C4", "C3": "C4", "C4": "C6", "C6": "C7", "C7": "C8"}
"""What comes after what a clause tells; after C5 comes its own `fails`, after C8 nothing."""

WHOLE_WAY = "utter_process"
"""Tells all of it, so that what comes next is what comes after the last step."""

FROM_PEOPLE = "agent_returned"
"""The gateway's word that the chat comes back from a person."""

AGREEMENT_FAILS, IN_SHORT = "fails", "in_short"


FOLLOWING = frozenset(
    {
        "ask_dates", "ask_process", "ask_informal", "ask_investigation", "ask_mediation", "ask_escalation",
        "ask_outside_options",
    }
)  # fmt: skip
"""Intents of questions that lean on what was said before. Who asks for a telephone number does not."""


@dataclass(frozen=True)
class Told:
    """What is to be said: a response of domain.yml, the clause it rests on, and the short answer in it."""

    response: str
    clause: str
    short: str = ""


NOT_TOLD = Told("utter_do_not_know", "")
"""The policy does not say; a person may know."""


def closer(talk: Talk, response: str, clause_id: str) -> Told:
    """What answers this question better than the response with the whole clause; that one when nothing does."""
    asks = phrases()
    spoken_of = clause_spoken_of(talk.events)
    is_next = asks.asks_what_next.search(talk.turn.text) and spoken_of
    if is_next and (told := _what_comes_next(talk.events, spoken_of or "")):
        return told if not _is_read(told, talk.events) else Told("utter_all_it_says", told.clause)
    leans = is_follow_up(talk.turn) and talk.turn.intent in FOLLOWING
    if leans and (told := part(talk, spoken_of)):
        return told
    is_elsewhere = leans and clause_id == "C5" and spoken_of not in (None, "C5")  # "is it binding?", of a court
    if is_elsewhere or _lacks(clause_id, talk.turn):
        return NOT_TOLD
    if told := part(talk, clause_id):
        return told
    told = Told(response, clause_id)
    if not _is_read(told, talk.events):
        return told
    short = policy.current().clauses[clause_id].answers.get(IN_SHORT)
    in_short = Told("utter_part_of_clause", clause_id, short or "")
    return in_short if short and not _is_read(in_short, talk.events) else Told("utter_all_it_says", clause_id)


def part(talk: Talk, clause_id: str | None) -> Told | None:
    """The short answer of that clause that fits the question, or that all has been said when it was given just now."""
    answers = policy.current().clauses[clause_id].answers if clause_id else {}
    for name, asks in phrases().asks_about.get(clause_id or "", {}).items():
        if clause_id and name in answers and asks.search(talk.turn.text):
            told = Told("utter_part_of_clause", clause_id, answers[name])
            return told if not _is_read(told, talk.events) else Told("utter_all_it_says", clause_id)
    return None


def tell(talk: Talk, told: Told) -> None:
    """Says it, with the clause that it rests on."""
    rules = policy.current()
    values = {
        "mediation_cost": rules.mediation.cost,
        "takes_part": rules.outside_options.takes_part,
        "time_limits": rules.outside_options.time_limits,
        "kept_chat": say_count(rules.retention.unfiled_chat_days, "day"),
        "kept_case": say_count(rules.retention.case_months, "month"),
        "kept_contact": say_count(rules.retention.contact_months, "month"),
        "part_text": told.short,
    }
    if told.clause:
        clause = rules.clauses[told.clause]
        values |= {"clause_id": told.clause, "clause_title": clause.title, "clause_text": clause.text}
    talk.say(told.response, **values)
    if told.clause:
        talk.rest_on(told.clause)


def is_follow_up(turn: Turn) -> bool:
    """True for a short question that does not say what it is about: "how long?", "who decides?"."""
    return 0 < turn.words <= FOLLOW_UP and not phrases().names_its_topic.search(turn.text)


def asks_beyond(talk: Talk) -> bool:
    """True when the policy says nothing of what is asked about what was spoken of: a clause, or a proposed solution."""
    if not is_follow_up(talk.turn):
        return False
    if _lacks(clause_spoken_of(talk.events), talk.turn):
        return True
    is_proposed = talk.form == slots.HELP_FORM and talk.slot(slots.REQUESTED) == slots.REMEDY_ANSWER
    is_about_remedy = is_proposed and talk.slot(slots.REMEDY) not in (None, slots.NO_REMEDY)
    return is_about_remedy and talk.turn.intent == "ask_dates"


def _lacks(clause_id: str | None, turn: Turn) -> bool:
    pattern = phrases().not_in_policy.get(clause_id or "")
    return pattern is not None and pattern.search(turn.text) is not None


def clause_spoken_of(events: list[Event]) -> str | None:
    """The clause that the last answer rested on, while the customer has it before their eyes."""
    for event in reversed(_recent(events)):
        trace = ((event.get("data") or {}).get("custom") or {}).get("trace") if event["event"] == "bot" else None
        if trace:
            return str(trace).partition("@")[0]
    return None


def _what_comes_next(events: list[Event], clause_id: str) -> Told | None:
    clauses = policy.current().clauses
    if clause_id == "C5":
        short = clauses["C5"].answers.get(AGREEMENT_FAILS)
        return Told("utter_part_of_clause", "C5", short) if short else None
    said = [name for name, _ in _said(events)]
    following = NEXT["C7"] if WHOLE_WAY in said[-2:] else NEXT.get(clause_id)
    return Told("utter_clause", following) if following else Told("utter_all_it_says", clause_id)


def _is_read(told: Told, events: list[Event]) -> bool:
    """True when these words were said a moment ago. A part of a clause that was read out may be said by itself."""
    words = told.short or policy.current().clauses[told.clause].text
    answers = [text for name, text in _said(events) if name == told.response]
    return any(told.response not in _WITH_WORDS or text.startswith(words) for text in answers)


_WITH_WORDS = frozenset({"utter_clause", "utter_mediation", "utter_outside_options", "utter_part_of_clause"})
"""Responses that begin with the words of a clause, so that the same one may tell something else."""


def _said(events: list[Event]) -> list[tuple[str, str]]:
    """Names and words of the latest responses."""
    bot = (event for event in _recent(events) if event["event"] == "bot")
    return [(str((each.get("metadata") or {}).get("utter_action") or ""), str(each.get("text") or "")) for each in bot]


def _recent(events: list[Event]) -> list[Event]:
    """What happened in the last turns that the customer has seen, oldest first, and in this one.

    What was said to this very message before, and what was said before a person had the chat, may never have been
    shown: a turn whose answer was lost is asked again, and one that a person overtakes is dropped.
    """
    begins = [0, *(number for number, event in enumerate(events) if event["event"] == "user" and number), len(events)]
    *before, this = [events[begin:end] for begin, end in pairwise(begins)]
    seen: list[list[Event]] = []
    for turn in reversed(before):
        if len(seen) == RECENT or _intent_of(turn) == FROM_PEOPLE:
            break
        if _message_of(this) is None or _message_of(turn) != _message_of(this):
            seen.append(turn)
    return [*chain.from_iterable(reversed(seen)), *this]


def _message_of(turn: list[Event]) -> str | None:
    return (turn[0].get("metadata") or {}).get("message_id") if turn else None


def _intent_of(turn: list[Event]) -> str | None:
    return ((turn[0].get("parse_data") or {}).get("intent") or {}).get("name") if turn else None
