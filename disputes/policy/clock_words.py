"""Every clock of the policy in words, as the engine counts it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from disputes.policy.models import ClockChanges, Clocks
from disputes.policy.words import say_duration, say_list


@dataclass(frozen=True)
class ClockWords:
    """One clock: the part of the explanation it belongs to, its name for people, and its words, {figure} in them."""

    name: str
    part: str
    label: str
    words: str


OURS: Final = "ours"
YOURS: Final = "yours"
MEDIATION: Final = "mediation"
AFTERWARDS: Final = "afterwards"

_ROLLS = "the last day counts in full; if it falls on a day we do not work, the next working day"
_STAYS = "the last day counts in full, whether we work on it or not"
_WORKING = "only days on which we work count; the last one counts in full"


def _days(start: str, more: str = "") -> str:
    return f"{{figure}}, counted from the day after {start}; {_ROLLS}.{more}"


def _fixed(start: str, more: str = "") -> str:
    return f"{{figure}}, counted from the day after {start}; {_STAYS}.{more}"


def _working_days(start: str, more: str = "") -> str:
    return f"{{figure}}, counted from the day after {start}; {_WORKING}.{more}"


CLOCKS: Final = (
    ClockWords("acknowledgement_seconds", OURS, "We confirm that we have it", "{figure} after you file."),
    ClockWords(
        "named_person_business_days", OURS, "A person takes it on and you know their name", _working_days("you file")
    ),
    ClockWords(
        "urgent_business_days",
        OURS,
        "Somebody's safety may be at stake",
        _working_days("you file", " If nobody has it by then, a manager gets it."),
    ),
    ClockWords("quick_lane_business_days", OURS, "Simple matters", "We aim to settle them within {figure} of filing."),
    ClockWords("first_answer_days", OURS, "First answer", _days("you file")),
    ClockWords(
        "management_review_days",
        OURS,
        "A manager reviews it",
        _days("it goes to management", " If you were promised a final response by a sooner day, then that day."),
    ),
    ClockWords(
        "management_review_after_silence_days",
        OURS,
        "The same, when you did not reply to our answer",
        _days("the time to reply was over"),
    ),
    ClockWords(
        "management_review_after_mediation_days",
        OURS,
        "The same, when mediation ended without an agreement",
        _days("mediation ended"),
    ),
    ClockWords("final_response_days", OURS, "Final response", _days("you file")),
    ClockWords(
        "hard_cap_days",
        OURS,
        "You may turn to somebody outside, even if we have not finished",
        _fixed("you file", " This time never stands still. We write to you on our own, and go on with your case."),
    ),
    ClockWords(
        "progress_note_days", OURS, "The longest time without a word from us", "{figure}, while your case is open."
    ),
    ClockWords(
        "redirect_business_days", OURS, "We may say that a reseller is the right address", _working_days("you file")
    ),
    ClockWords(
        "remedy_overdue_business_days",
        OURS,
        "Something we agreed is late: a senior colleague sees to it",
        _working_days("the agreed day"),
    ),
    ClockWords("staff_warning_days", OURS, "We warn ourselves before our own dates", "{figure} ahead, or on the day."),
    ClockWords("filing_window_days", YOURS, "How old a matter may be", "Up to {figure}. The law may give you longer."),
    ClockWords(
        "customer_question_days",
        YOURS,
        "Answer our questions",
        _days("we ask", " If you cannot, we go on with what we have."),
    ),
    ClockWords("customer_reminder_days", YOURS, "We remind you of our questions", "{figure} after we ask."),
    ClockWords(
        "offer_days",
        YOURS,
        "Reply to our answer",
        _days(
            "we write",
            " If you say nothing and our answer gave you all you asked for, we take it as settled; otherwise a manager"
            " looks at it.",
        ),
    ),
    ClockWords("offer_reminder_days", YOURS, "We remind you of our answer", "{figure} after we write."),
    ClockWords("redirect_objection_days", YOURS, "Object when we point you to a reseller", _days("we write")),
    ClockWords("withdraw_undo_days", YOURS, "Take a withdrawal back", _days("you withdraw")),
    ClockWords(
        "mediation_answer_days",
        MEDIATION,
        "Say yes or no to mediation",
        _days("it is suggested", " No reply means no, and your case goes on."),
    ),
    ClockWords("mediation_days", MEDIATION, "How long mediation lasts", _days("it begins")),
    ClockWords(
        "mediation_extension_days", MEDIATION, "More time for mediation", "{figure}, once, if both of us agree."
    ),
    ClockWords(
        "mediation_think_hours",
        MEDIATION,
        "Time to think an agreement over",
        "{figure} at least, from when you first see its text.",
    ),
    ClockWords(
        "review_window_days",
        AFTERWARDS,
        "Ask for another look",
        _days("our final response, or the day the matter was settled", " Once; after that you can file again."),
    ),
    ClockWords("last_call_days", AFTERWARDS, "We remind you before that time ends", "{figure} before."),
    ClockWords("satisfaction_days", AFTERWARDS, "We ask whether all went well", _fixed("the matter was settled")),
)

_NO_FIGURE: Final = {"filing_window_days": "We set no limit. The law may set one."}


def lines_of(part: str, clocks: Clocks) -> Iterator[tuple[str, str, str]]:
    """The clocks of one part: name in the file, label, and whole words."""
    for clock in CLOCKS:
        if clock.part == part:
            yield clock.name, clock.label, _say(clock, getattr(clocks, clock.name))


def own_clocks(changes: ClockChanges) -> list[str]:
    """What a category has for itself: "First answer: 10 days"."""
    own = changes.model_dump(exclude_none=True)
    return [f"{clock.label}: {_figure(clock.name, own[clock.name])}" for clock in CLOCKS if clock.name in own]


def _say(clock: ClockWords, figure: int | list[int] | None) -> str:
    if figure is None or figure == []:
        return _NO_FIGURE.get(clock.name, "Never.")
    return clock.words.replace("{figure}", _figure(clock.name, figure))


def _figure(name: str, figure: int | Sequence[int]) -> str:
    if isinstance(figure, int):
        return say_duration(name, figure)
    days = [day for day in figure if day]
    said = [str(day) for day in days[:-1]] + [say_duration(name, day) for day in days[-1:]]
    return say_list(said, "and") or "0 days"
