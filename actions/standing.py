"""What was begun or offered outside a form: it stands until it is answered, whatever comes between."""

from collections.abc import Iterable, Iterator
from typing import Final

from actions import slots
from actions.talk import Event, Talk

CODE_IS_AWAITED: Final = frozenset({"utter_code_sent", "utter_code_sent_again", "utter_code_wrong", "utter_code_waits"})
A_COLLEAGUE_WOULD_DO_IT: Final = frozenset({"utter_remedy_accepted", "utter_colleague_again"})
A_PERSON_WOULD_TELL: Final = frozenset({"utter_status_by_person", "utter_status_by_person_again"})
A_COMPLAINT_MAY_BEGIN: Final = frozenset({"utter_reseller", "utter_nobody_came_free", "utter_offer_complaint_again"})
A_COMPLAINT_WAITS: Final = frozenset({"utter_complaint_waits", "utter_stopped"})

OFFERS_A_PERSON: Final = (
    A_COLLEAGUE_WOULD_DO_IT | A_PERSON_WOULD_TELL | {"utter_not_understood_twice", "utter_insult", "utter_left"}
)
OFFERS_A_COMPLAINT: Final = A_COMPLAINT_MAY_BEGIN | A_COMPLAINT_WAITS

AGAIN: Final = {
    **dict.fromkeys(CODE_IS_AWAITED, "utter_code_waits"),
    **dict.fromkeys(A_COLLEAGUE_WOULD_DO_IT, "utter_colleague_again"),
    **dict.fromkeys(A_PERSON_WOULD_TELL, "utter_status_by_person_again"),
    **dict.fromkeys(A_COMPLAINT_MAY_BEGIN, "utter_offer_complaint_again"),
    **dict.fromkeys(A_COMPLAINT_WAITS, "utter_complaint_waits"),
}
"""Which words put an offer again, by the words that made it."""


def responses_so_far(events: list[Event]) -> set[str]:
    """The names of all responses the assistant gave in this session."""
    return set(_responses(events))


def last_response(events: list[Event]) -> str | None:
    """The name of the last response the assistant gave."""
    return next(_responses(reversed(events)), None)


def _responses(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        if event["event"] == "bot":
            name = (event.get("metadata") or {}).get("utter_action")
            if name:
                yield str(name)


def open_offer(talk: Talk) -> str | None:
    """The response that puts again what was offered last; None beside a form, which asks its own question."""
    return None if talk.form else AGAIN.get(last_response(talk.events) or "")


def go_on(talk: Talk) -> list[Event]:
    """After something was answered in between: the running form asks its question again, or the offer is put again."""
    again = open_offer(talk)
    if again is not None:
        talk.say(again)
    return talk.back_to_form()


def is_begun(talk: Talk) -> bool:
    """Whether a complaint was begun that is not filed yet. Who they are may be known from one that is, or the shop."""
    knows_person = bool(talk.slot(slots.NAME) or talk.slot(slots.CONTACT))
    is_known_otherwise = talk.slot(slots.REFERENCE) or talk.slot(slots.TOLD_BY_SHOP)
    return bool(talk.slot(slots.DESCRIPTION)) or (knows_person and not is_known_otherwise)
