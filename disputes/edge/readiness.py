"""Whether what this program leans on is there: the database, Rasa, a worker."""

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from disputes import database
from disputes.chat.rasa_client import rasa_client

WORKER_ALIVE = text(
    "SELECT EXISTS (SELECT 1 FROM procrastinate_workers WHERE last_heartbeat > now() - interval '45 seconds')"
)
OK, AWAY = "ok", "not answering"


def readiness() -> dict[str, str]:
    """Each neighbour by name, "ok" or what is wrong with it. Asks them now; takes a few seconds at most."""
    try:
        with database.transaction() as session:
            worker = OK if session.scalar(WORKER_ALIVE) else "no worker is running"
        neighbours = {"database": OK, "worker": worker}
    except OperationalError:
        neighbours = {"database": AWAY, "worker": "unknown"}
    return neighbours | {"rasa": OK if rasa_client().is_ready() else AWAY}
