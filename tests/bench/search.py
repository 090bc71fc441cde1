"""How quick the search of the desk is among very many cases and messages.

`python -m tests.bench.search` measures it alone, on a database of its own.
"""

import sys
import time
from collections.abc import Callable
from random import Random

from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes import database
from disputes.people import service as people
from disputes.people.tables import Staff
from disputes.search import service as search
from tests.bench.cases import own_database
from tests.bench.rows import Row, p50, p95, table
from tests.deadlines.many import fill

CASES = 50_000
CHATS = 10_000
MESSAGES_EACH = 50
ROUNDS = 60
BAR = 150

_NAMES = text("""
    UPDATE customers SET name = initcap(left(letters, 6)) || ' ' || initcap(substr(letters, 7, 8))
    FROM (SELECT id AS customer_id, translate(md5(email), '0123456789', 'ghijklmnop') AS letters FROM customers) AS made
    WHERE customer_id = id
""")
_CHATS = text("""
    INSERT INTO conversations (id, session_digest, visitor_digest, owner, epoch, last_seq, delivered_seq, rasa_round,
        rasa_turns, facts, corrections, created_at, updated_at, urgent, vulnerable, facts_version)
    SELECT md5('chat' || number)::uuid, 'chat' || number, 'chat' || number, 'closed', 0, :messages, 0, 1, 0,
        jsonb_build_object('complainant_name', 'Chatter' || number, 'description', 'About word' || number % 5000),
        '{}', now() - number * interval '1 minute', now(), false, false, 0
    FROM generate_series(1, :chats) AS number
""")
_MESSAGES = text("""
    INSERT INTO messages (id, conversation_id, seq, author, audience, text, created_at)
    SELECT gen_random_uuid(), md5('chat' || number)::uuid, seq, 'customer', 'everyone',
        'My parcel is late, please look: word' || (power(random(), 3) * 20000)::int || ' and word'
            || (power(random(), 3) * 20000)::int || ', thing' || number || '.',
        now() - (number * :messages + seq) * interval '1 second'
    FROM generate_series(1, :chats) AS number, generate_series(1, :messages) AS seq
""")


def main() -> int:
    """Measures and prints the table; ends with 1 when a bar is missed."""
    with own_database():
        rows = of_search()
    print(table(rows))
    return 0 if all(row.ok is not False for row in rows) else 1


def of_search() -> list[Row]:
    """Every kind of search, one after the other, on the database of the settings."""
    with database.transaction() as session:
        manager = people.add_staff(session, "manager@example.com", "Max", "manager")
        fill(session, CASES, timers=False)
        session.execute(_NAMES)
        names = session.scalars(text("SELECT name FROM customers")).all()
    with database.transaction() as session:
        session.execute(_CHATS, {"chats": CHATS, "messages": MESSAGES_EACH})
        session.execute(_MESSAGES, {"chats": CHATS, "messages": MESSAGES_EACH})
    database.run(lambda session: session.execute(text("ANALYZE")))
    chance = Random(7)
    kinds: dict[str, Callable[[], str]] = {
        "a name": lambda: chance.choice(names),
        "an address": lambda: f"customer{chance.randrange(1, CASES)}@example.com",
        "a rare word": lambda: f"thing{chance.randrange(1, CHATS)}",
        "a word that is everywhere": lambda: "parcel",
        "a name and a word elsewhere": lambda: f"chatter{chance.randrange(1, CHATS)} parcel",
        "two words that are never together": lambda: f"thing{chance.randrange(1, CHATS)} customer{CASES}",
    }
    rows = []
    for kind, typed in kinds.items():
        took = [_search(manager, typed()) for _ in range(ROUNDS)][5:]
        rows.append(Row(f"search for {kind}, p50", p50(took) * 1000, "ms"))
        rows.append(Row(f"search for {kind}, p95", p95(took) * 1000, "ms", BAR))
    return rows


def _search(staff: Staff, typed: str) -> float:
    def look(session: Session) -> None:
        search.search(session, staff, typed)

    began = time.perf_counter()
    database.run(look)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
