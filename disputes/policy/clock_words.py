"""Every clock of the policy in words, as the engine counts it. The words are in the section `clocks`."""

from collections.abc import Iterator, Sequence
from typing import Final

from disputes.policy.models import ClockChanges, Clocks
from disputes.policy.words import say_duration, say_list
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "clocks")

OURS: Final = "ours"
YOURS: Final = "yours"
MEDIATION: Final = "mediation"
AFTERWARDS: Final = "afterwards"

CLOCKS: Final = {
    "acknowledgement_seconds": OURS,
    "named_person_business_days": OURS,
    "urgent_business_days": OURS,
    "quick_lane_business_days": OURS,
    "first_answer_days": OURS,
    "management_review_days": OURS,
    "management_review_after_silence_days": OURS,
    "management_review_after_mediation_days": OURS,
    "final_response_days": OURS,
    "hard_cap_days": OURS,
    "progress_note_days": OURS,
    "redirect_business_days": OURS,
    "remedy_overdue_business_days": OURS,
    "staff_warning_days": OURS,
    "filing_window_days": YOURS,
    "customer_question_days": YOURS,
    "customer_reminder_days": YOURS,
    "offer_days": YOURS,
    "offer_reminder_days": YOURS,
    "redirect_objection_days": YOURS,
    "withdraw_undo_days": YOURS,
    "mediation_answer_days": MEDIATION,
    "mediation_days": MEDIATION,
    "mediation_extension_days": MEDIATION,
    "mediation_think_hours": MEDIATION,
    "review_window_days": AFTERWARDS,
    "last_call_days": AFTERWARDS,
    "satisfaction_days": AFTERWARDS,
}
"""The part of the explanation that each clock belongs to, in the order in which they are explained."""


def lines_of(part: str, clocks: Clocks) -> Iterator[tuple[str, str, str]]:
    """The clocks of one part: name in the file, label, and whole words."""
    for name, belongs_to in CLOCKS.items():
        if belongs_to == part:
            yield name, say(f"{name}.label"), _say(name, getattr(clocks, name))


def own_clocks(changes: ClockChanges) -> list[str]:
    """What a category has for itself: "First answer: 10 days"."""
    own = changes.model_dump(exclude_none=True)
    return [
        say("of_a_category", label=say(f"{name}.label"), figure=_figure(name, own[name]))
        for name in CLOCKS
        if name in own
    ]


def _say(name: str, figure: int | list[int] | None) -> str:
    if figure is None or figure == []:
        return say("no_filing_window") if name == "filing_window_days" else say("never")
    return say(f"{name}.words", figure=_figure(name, figure))


def _figure(name: str, figure: int | Sequence[int]) -> str:
    if isinstance(figure, int):
        return say_duration(name, figure)
    days = [day for day in figure if day]
    said = [str(day) for day in days[:-1]] + [say_duration(name, day) for day in days[-1:]]
    return say_list(said, "and") or say("no_days")
