"""In Rasa's own environment: a turn whose action failed, or that could not be kept, fails and says nothing."""

import os
import subprocess

import pytest

from disputes.local import training
from tests.stack import ROOT

pytestmark = pytest.mark.rasa

TRY = """
import asyncio
from rasa.core import tracker_store
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import FailSafeTrackerStore
from nlu_components.whole_turns import keep_turns_or_fail

class Broken:
    domain = event_broker = None
    async def fail(self, *_arguments):
        raise ConnectionError("the database is away")
    retrieve = retrieve_full_tracker = save = keys = fail

async def answer_and_fail(agent, message):
    await message.output_channel.send_text_message("someone", "Thanks, noted.")
    try:
        await RemoteAction("action_answer", None).run()
    except Exception:
        print("Rasa goes on")

async def failing_action(action):
    raise outcome

RemoteAction.run = failing_action
Agent.handle_message = answer_and_fail
keep_turns_or_fail()

async def main():
    store = FailSafeTrackerStore(Broken())
    for verb in (store.retrieve, store.retrieve_full_tracker, store.save):
        try:
            await verb("someone")
        except ConnectionError:
            print("failed")
    global outcome
    for outcome in (ConnectionError("no action server"), ActionExecutionRejection("action_answer")):
        channel = CollectingOutputChannel()
        try:
            await Agent.handle_message(None, UserMessage("Anna Berg", channel, "someone"))
        except Exception as failure:
            print(type(failure).__name__)
        print("said", len(channel.messages))

asyncio.run(main())
print(tracker_store.create_engine_kwargs("postgresql+psycopg2://rasa@/rasa")["pool_pre_ping"])
"""


def test_a_turn_is_kept_or_has_failed() -> None:
    done = subprocess.run(
        [training.rasa_command(ROOT)[0], "-c", TRY],
        cwd=ROOT,
        env={**os.environ, **training.QUIET},
        capture_output=True,
        text=True,
        check=False,
    )
    after_a_failed_action, after_a_rejection = ["TurnFailed", "said 0"], ["Rasa goes on", "said 1"]
    expected = ["failed"] * 3 + after_a_failed_action + after_a_rejection + ["True"]
    assert done.stdout.splitlines() == expected, done.stderr[-2000:]
