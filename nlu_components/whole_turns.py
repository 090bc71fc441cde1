"""A turn is done as a whole and kept, or it has failed and is asked for again: nothing in between.

Rasa 3.6 goes on when something it needs does not answer, and each way of going on spoils the conversation:

* When an action fails, it predicts the next one without what that action had to tell, ten times over. No action_listen
  follows, so that every later turn has reached the limit of ten before it begins: the conversation is dead for good.
* When the tracker store fails, it answers from an empty tracker (an answer to the form's question is small talk then),
  or keeps the turn in a memory that forgets it as soon as the database is back.

The application tries a failed turn again, with the message's id, so that no action does its work twice.
"""

from typing import Any, Dict, Iterable, List, Optional, Text

from rasa.core import tracker_store
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException


class ActionFailed(BaseException):
    """Ends a turn. Not an Exception: Rasa catches those on the way, and goes on."""


class TurnFailed(RasaException):
    """A turn was given up; nothing of it was kept or said."""


def keep_turns_or_fail() -> None:
    """Changes that in this process; call it before Rasa serves."""
    _end_the_turn_when_an_action_fails()
    _ask_the_real_store()
    _say_nothing_when_a_turn_fails()
    _check_connections_before_use()


def _end_the_turn_when_an_action_fails() -> None:
    run = RemoteAction.run

    async def run_or_end(self: RemoteAction, *args: Any, **kwargs: Any) -> List[Event]:
        try:
            return await run(self, *args, **kwargs)
        except ActionExecutionRejection:
            raise
        except Exception as error:
            raise ActionFailed(self.name()) from error

    RemoteAction.run = run_or_end


def _ask_the_real_store() -> None:
    async def retrieve(self: FailSafeTrackerStore, sender_id: Text) -> Optional[DialogueStateTracker]:
        return await self._tracker_store.retrieve(sender_id)

    async def retrieve_full(self: FailSafeTrackerStore, sender_id: Text) -> Optional[DialogueStateTracker]:
        return await self._tracker_store.retrieve_full_tracker(sender_id)

    async def keys(self: FailSafeTrackerStore) -> Iterable[Text]:
        return await self._tracker_store.keys()

    async def save(self: FailSafeTrackerStore, tracker: DialogueStateTracker) -> None:
        await self._tracker_store.save(tracker)

    FailSafeTrackerStore.retrieve = retrieve
    FailSafeTrackerStore.retrieve_full_tracker = retrieve_full
    FailSafeTrackerStore.keys = keys
    FailSafeTrackerStore.save = save


def _say_nothing_when_a_turn_fails() -> None:
    """The REST channel answers with whatever was said before the failure; an empty answer is one that is tried again."""
    handle = Agent.handle_message

    async def handle_whole(self: Agent, message: UserMessage) -> Optional[List[Dict[Text, Any]]]:
        try:
            return await handle(self, message)
        except ActionFailed as failed:
            _take_back(message)
            raise TurnFailed(f"The action {failed} did not work.") from failed
        except Exception:
            _take_back(message)
            raise

    Agent.handle_message = handle_whole


def _take_back(message: UserMessage) -> None:
    getattr(message.output_channel, "messages", []).clear()


def _check_connections_before_use() -> None:
    """A restart of the database leaves dead connections in the pool."""
    kwargs_for = tracker_store.create_engine_kwargs

    def kwargs_with_check(url: Any) -> Dict[Text, Any]:
        return {**kwargs_for(url), "pool_pre_ping": True}

    tracker_store.create_engine_kwargs = kwargs_with_check
