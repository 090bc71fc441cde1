"""Reads and writes the tracker in PostgreSQL with two statements a turn, and knows an event's class at once.

Rasa 3.6 makes an object of SQLAlchemy for each row it reads, asks before it writes how many rows there are (with a query
around the one it has just read), opens a transaction around each, asks first whether the connection lives, and looks
through all classes of events for each event. That was a third of the work of a turn (py-spy on two cores). The rows and
their meaning are Rasa's own.
"""

import json
import os
import select
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, Optional, Text, Type

import sqlalchemy as sa
from rasa.core.tracker_store import POSTGRESQL_SCHEMA, SQLTrackerStore
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker

_READ = sa.text(
    """
    SELECT data FROM events, (
        SELECT max(timestamp) AS at FROM events WHERE sender_id = :sender_id AND type_name = :session_started
    ) AS begun
    WHERE sender_id = :sender_id AND (timestamp >= begun.at OR begun.at IS NULL)
    ORDER BY id
    """
)

_WRITE = sa.text(
    """
    INSERT INTO events (sender_id, type_name, timestamp, intent_name, action_name, data)
    SELECT :sender_id, type_name, timestamp, intent_name, action_name, data
    FROM unnest(
        CAST(:types AS text[]), CAST(:timestamps AS float[]), CAST(:intents AS text[]), CAST(:actions AS text[]),
        CAST(:data AS text[])
    ) WITH ORDINALITY AS event (type_name, timestamp, intent_name, action_name, data, place)
    ORDER BY place
    """
)


def keep_trackers_quickly() -> None:
    """Changes that in this process; call it before Rasa serves. Another database than PostgreSQL is left as it was."""
    _find_classes_once()
    _use_two_statements()
    _look_before_asking()


def _find_classes_once() -> None:
    resolve = Event.resolve_by_type
    known: Dict[Text, Type[Event]] = {}

    def resolve_once(type_name: Text, default: Optional[Type[Event]] = None) -> Optional[Type[Event]]:
        if type_name not in known:
            found = resolve(type_name, default)
            if found is None or found is default:
                return found
            known[type_name] = found
        return known[type_name]

    Event.resolve_by_type = staticmethod(resolve_once)


def _use_two_statements() -> None:
    retrieve, save = SQLTrackerStore.retrieve, SQLTrackerStore.save

    async def retrieve_quickly(self: SQLTrackerStore, sender_id: Text) -> Optional[DialogueStateTracker]:
        if not _is_postgresql(self) or not self.domain:
            return await retrieve(self, sender_id)
        with _each_statement_alone(self) as connection:
            wanted = {"sender_id": sender_id, "session_started": SessionStarted.type_name}
            rows = connection.execute(_READ, wanted).fetchall()
        if not rows:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, [json.loads(row[0]) for row in rows], self.domain.slots)
        tracker.stored_events = len(rows)
        return tracker

    async def save_quickly(self: SQLTrackerStore, tracker: DialogueStateTracker) -> None:
        stored = getattr(tracker, "stored_events", None)
        if not _is_postgresql(self) or stored is None:  # a new chat: it may have been begun elsewhere meanwhile
            return await save(self, tracker)
        await self.stream_events(tracker)
        events = list(tracker.events)[stored:]
        if events:
            with _each_statement_alone(self) as connection:
                connection.execute(_WRITE, {"sender_id": tracker.sender_id, **_columns(events)})
        tracker.stored_events = stored + len(events)

    SQLTrackerStore.retrieve = retrieve_quickly
    SQLTrackerStore.save = save_quickly


def _columns(events: List[Event]) -> Dict[Text, List[Any]]:
    """The new rows, column by column; one statement is all of them or none."""
    told = [event.as_dict() for event in events]
    return {
        "types": [event.type_name for event in events],
        "timestamps": [each.get("timestamp") for each in told],
        "intents": [each.get("parse_data", {}).get("intent", {}).get("name") for each in told],
        "actions": [each.get("name") for each in told],
        "data": [json.dumps(each) for each in told],
    }


def _is_postgresql(store: SQLTrackerStore) -> bool:
    return store.engine.dialect.name == "postgresql" and not os.environ.get(POSTGRESQL_SCHEMA)


@contextmanager
def _each_statement_alone(store: SQLTrackerStore) -> Iterator[Any]:
    """A connection without BEGIN and COMMIT: PostgreSQL keeps a statement that has answered all the same.

    Told to psycopg2 itself, which SQLAlchemy would make send a SET each time.
    """
    with store.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        raw.autocommit = True
        try:
            yield connection
        finally:
            if not raw.closed:
                raw.autocommit = False


def _look_before_asking() -> None:
    """A connection on which nothing has arrived was not closed by the server: only of others is it asked with a query."""
    start = SQLTrackerStore.__init__

    def start_and_change(self: SQLTrackerStore, *args: Any, **kwargs: Any) -> None:
        start(self, *args, **kwargs)
        dialect = self.engine.dialect
        if dialect.name != "postgresql":
            return
        ask = dialect.do_ping
        dialect.do_ping = lambda connection: _is_quiet(connection) or ask(connection)

    SQLTrackerStore.__init__ = start_and_change


def _is_quiet(connection: Any) -> bool:
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)
