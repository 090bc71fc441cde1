"""What Rasa remembers of a chat, in its own database; and letters that lie as files in a folder of this machine.

Both are outside our transactions: jobs forget them after the commit, and are run again until it has worked.
"""

from typing import Final
from uuid import UUID

import psycopg
from sqlalchemy.orm import Session

from disputes import database, jobs
from disputes.chat import thread
from disputes.notifications.senders import mail_folder
from disputes.settings import settings

FORGET_TRACKER: Final = "records.forget_tracker"
FORGET_LETTER: Final = "records.forget_letter"


def ask_to_forget(session: Session, conversation_id: UUID) -> None:
    """Has a chat forgotten by Rasa, after a turn of it that may be under way."""
    lock = thread.lock_name(conversation_id)
    jobs.defer(session, FORGET_TRACKER, lock=lock, conversation_id=str(conversation_id))


def ask_to_forget_letter(session: Session, notification_id: UUID) -> None:
    """Has the file of a letter removed, after a try to send it that may be under way."""
    jobs.defer(session, FORGET_LETTER, lock=f"letter:{notification_id}", notification_id=str(notification_id))


def forget_tracker(conversation_id: str) -> None:
    """Job: deletes everything Rasa has of a chat, in all its rounds. Nothing happens when Rasa never ran."""
    sender = str(UUID(conversation_id))
    with psycopg.connect(_dsn(), connect_timeout=5) as connection:
        found = connection.execute("SELECT to_regclass('events')").fetchone()
        if found and found[0] is not None:
            connection.execute("DELETE FROM events WHERE sender_id = %s OR sender_id LIKE %s", [sender, f"{sender}:%"])


def forget_letter(notification_id: str) -> None:
    """Job: deletes the file of a letter where letters are files."""
    for file in mail_folder().glob(f"*-{UUID(notification_id)}.eml"):
        file.unlink(missing_ok=True)


def _dsn() -> str:
    return database.psycopg_dsn(settings().tracker_url.replace("postgresql+psycopg2://", "postgresql+psycopg://", 1))
