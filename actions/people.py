"""Getting a person, and coming back from one."""

from typing import Any

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions import slots
from actions.informal import values_told
from actions.talk import BotAction, Event, Talk, set_slots, told_order
from disputes import policy

SETTLED = dict.fromkeys(
    (slots.CATEGORY, slots.STORY, slots.DESCRIPTION, slots.CONFIRMED, slots.REQUESTED, *slots.ONE_MATTER)
)
"""What belongs to a matter that a person has settled. Who the customer is stays known."""

SHOWN = 200
"""Characters of the story in the summary for the agent; the whole chat is beside it."""


class TalkToPerson(BotAction):
    """Hands the chat over in any state. A running form keeps all it has and waits."""

    def name(self) -> str:
        return "action_talk_to_person"

    async def act(self, talk: Talk) -> list[Event]:
        told = values_told(talk)
        await talk.remember(told)
        talk.hand_over("asked for a person", summary_of(talk, told))
        # A running form would ask its question once more otherwise.
        return [*set_slots(told), FollowupAction("action_listen")]


class WelcomeBack(BotAction):
    """The assistant speaks first when it has the chat again, and goes on where it stopped, or as the agent decided:
    it takes down the complaint with all that is known, or lets a settled matter rest."""

    def name(self) -> str:
        return "action_welcome_back"

    async def act(self, talk: Talk) -> list[Event]:
        told = talk.turn.metadata
        if told.get("outcome") == "settled":
            talk.say("utter_agent_settled")
            return [ActiveLoop(None), *set_slots(SETTLED)]
        if told.get("outcome") == "file":
            talk.say("utter_agent_files")
            begin = [ActiveLoop(None), SlotSet(slots.REQUESTED, None)] if talk.form != slots.COMPLAINT_FORM else []
            return [*begin, FollowupAction(slots.COMPLAINT_FORM)]
        if told.get("by") == "nobody":
            talk.say("utter_nobody_came" if talk.form else "utter_nobody_came_free")
        else:
            talk.say("utter_agent_returned" if talk.form else "utter_agent_returned_free")
        return talk.back_to_form()


def summary_of(talk: Talk, told: dict[str, Any] | None = None) -> str:
    """What is known, in one line, for an agent who has three seconds. `told`: in this very message."""
    category = talk.slot(slots.CATEGORY)
    number = told_order((told or {}).get(slots.ORDER_NUMBER) or talk.slot(slots.ORDER_NUMBER))
    story = str(talk.slot(slots.DESCRIPTION) or talk.slot(slots.STORY) or talk.turn.text)
    filed, outcome = talk.slot(slots.REFERENCE), talk.slot(slots.OUTCOME)
    parts = (
        policy.current().category_label(category) if category else None,
        f"order {number}" if number else None,
        f"remedy {outcome}" if outcome else None,
        f"filed {filed}" if filed else None,
        "filing a complaint" if talk.form == slots.COMPLAINT_FORM else None,
        " ".join(story.split())[:SHOWN] or None,
    )
    return " · ".join(part for part in parts if part)
