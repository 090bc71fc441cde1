"""In Rasa's own environment: the tracker is kept as Rasa keeps it, with fewer statements."""

import json
import os
import subprocess

import pytest
from sqlalchemy import text

from disputes import database
from disputes.local import training
from tests.stack import ROOT

pytestmark = pytest.mark.rasa

KEEP = """
import asyncio, json, sys
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered
from nlu_components.quick_tracker import keep_trackers_quickly

if sys.argv[2] == "quickly":
    keep_trackers_quickly()
store = SQLTrackerStore(Domain.empty(), host=sys.argv[1])
statements = []
sa.event.listen(store.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))

def turn(number):
    read = {"intent": {"name": "greet"}, "entities": []}
    heard = UserUttered(f"hello {number}", read["intent"], [], read, timestamp=number)
    return [
        heard,
        SlotSet("name", "Anna \\u0000 100%s", timestamp=number + 0.1),
        ActionExecuted("action_answer", "RulePolicy", 1.0, timestamp=number + 0.2),
        BotUttered("Hello! What's up? \\U0001f600", timestamp=number + 0.3),
        ActionExecuted("action_listen", timestamp=number + 0.4),
    ]

async def have(new):
    tracker = await store.get_or_create_tracker("anna", append_action_listen=False)
    for event in new:
        tracker.update(event)
    del statements[:]
    await store.save(tracker)
    return len(statements), len((await store.retrieve("anna")).events)

async def main():
    begun = [ActionExecuted("action_session_start", timestamp=0.5), SessionStarted(timestamp=0.6)]
    seen = [await have(begun + turn(1)), await have(turn(2)), await have([])]
    anew = [ActionExecuted("action_session_start", timestamp=2.8), SessionStarted(timestamp=2.9)]
    seen += [await have(anew + turn(3)), await have(turn(4))]
    nobody = await store.retrieve("nobody")
    events = [event.as_dict() for event in (await store.retrieve("anna")).events]
    with store.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT * FROM events ORDER BY id")).fetchall()
    print(json.dumps({"seen": seen, "nobody": nobody, "events": events, "rows": [list(row) for row in rows]}))

asyncio.run(main())
"""

LOSE = """
import asyncio, sys
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from nlu_components.quick_tracker import keep_trackers_quickly
from nlu_components.whole_turns import keep_turns_or_fail

keep_trackers_quickly()
keep_turns_or_fail()
store = SQLTrackerStore(Domain.empty(), host=sys.argv[1])
asked = []
sa.event.listen(store.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

async def main():
    await store.retrieve("anna")
    other = sa.create_engine(sys.argv[1], isolation_level="AUTOCOMMIT")
    with other.connect() as connection:
        others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        connection.execute(sa.text(f"SELECT pg_terminate_backend(pid, 10000) {others}"))
    print(await store.retrieve("anna"))

asyncio.run(main())
"""


def test_a_turn_is_one_statement_and_the_rows_and_trackers_are_those_of_rasa(database_url: str) -> None:
    usual = json.loads(_in_rasa(KEEP, database_url, "usual"))
    with database.engine().begin() as connection:
        connection.execute(text("TRUNCATE events RESTART IDENTITY"))
    quick = json.loads(_in_rasa(KEEP, database_url, "quickly"))
    assert (quick["rows"], quick["events"], quick["nobody"]) == (usual["rows"], usual["events"], usual["nobody"])
    assert (
        [events for _count, events in quick["seen"]]
        == [events for _count, events in usual["seen"]]
        == [6, 11, 11, 6, 11]
    )
    assert [count for count, _events in quick["seen"][1:]] == [1, 0, 1, 1]


def test_a_connection_that_the_server_has_closed_is_not_used(database_url: str) -> None:
    assert _in_rasa(LOSE, database_url) == "None"


def _in_rasa(script: str, url: str, *words: str) -> str:
    address = url.replace("postgresql+psycopg://", "postgresql+psycopg2://", 1)
    done = subprocess.run(
        [training.rasa_command(ROOT)[0], "-c", script, address, *words],
        cwd=ROOT,
        env={**os.environ, **training.QUIET},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()
