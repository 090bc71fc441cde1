"""What no message may pass without: danger, the law, another language. Looked for in whatever the customer types."""

from typing import TYPE_CHECKING, Any, Final

from rasa_sdk.events import SlotSet

from actions import slots
from actions.languages import is_foreign
from actions.phrases import knows_its_language
from actions.summing_up import summary_of
from disputes import policy

if TYPE_CHECKING:
    from actions.talk import Talk

LAW_IS_ANSWERED: Final = frozenset({"utter_outside_options", "utter_legal_words", "utter_rights"})


def is_in_other_language(talk: "Talk") -> bool:
    """True when what was typed is for somebody who speaks another language than the assistant.

    One that speaks a language for which there are no patterns does not look.
    """
    return bool(talk.turn.text) and knows_its_language() and is_foreign(talk.turn.text)


def brings_a_person(talk: "Talk") -> bool:
    """True when what was typed tells of a danger that was not told before in this chat."""
    return policy.current().is_urgent(talk.turn.text) and not talk.slot(slots.DANGER_TOLD)


def notice(talk: "Talk") -> list[dict[str, Any]]:
    """Says what these words call for, once in a chat, after what was understood was said. A danger brings a person."""
    text = talk.turn.text
    if not text or talk.has_handed_over:
        return []
    if brings_a_person(talk):
        talk.say("utter_danger")
        talk.hand_over("danger", summary_of(talk))
        return [SlotSet(slots.DANGER_TOLD, True)]
    if policy.current().is_legal(text) and not talk.slot(slots.LAW_TOLD):
        if not LAW_IS_ANSWERED & talk.said:
            talk.say("utter_legal_words")
        return [SlotSet(slots.LAW_TOLD, True)]
    return []
