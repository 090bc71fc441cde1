"""A new session of Rasa's tracker: after a pause the conversation goes on where it stood."""

from rasa_sdk.events import ActionExecuted, ActiveLoop, SessionStarted, SlotSet

from actions.talk import BotAction, Event, Talk


class StartSession(BotAction):
    """As Rasa's own, and keeps the running form as well as the slots: the customer may come back tomorrow."""

    def name(self) -> str:
        return "action_session_start"

    async def act(self, talk: Talk) -> list[Event]:
        kept = [SlotSet(name, value) for name, value in talk.all_slots().items() if value is not None]
        form = [ActiveLoop(talk.form)] if talk.form else []
        return [SessionStarted(), *form, *kept, ActionExecuted("action_listen")]
