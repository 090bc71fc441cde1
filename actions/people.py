"""Getting a person, and coming back from one."""

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions import slots
from actions.summing_up import summary_of
from actions.talk import BotAction, Event, Talk, set_slots
from actions.told import values_told

SETTLED = dict.fromkeys(
    (slots.CATEGORY, slots.STORY, slots.DESCRIPTION, slots.CONFIRMED, slots.REQUESTED, *slots.ONE_MATTER, *slots.NAMED)
)
"""What belongs to a matter that a person has settled. Who the customer is stays known."""


class TalkToPerson(BotAction):
    """Hands the chat over in any state. A running form keeps all it has and waits."""

    heeds_any_language = True

    def name(self) -> str:
        return "action_talk_to_person"

    async def act(self, talk: Talk) -> list[Event]:
        told = values_told(talk)
        await talk.remember(told)
        talk.hand_over("asked", summary_of(talk, told))
        return [*set_slots(told), *talk.wait()]


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
