"""The jobs that reach customers who are not in the chat, and take what they answer by mail."""

from uuid import UUID

from procrastinate import App

from disputes import database
from disputes.chat import absent, mail_in, thread
from disputes.inbound import chats
from disputes.notifications import service
from disputes.worker.mail_jobs import AGAIN


def add_reach_jobs(app: App) -> None:
    """Registers them; each may run again without telling anybody anything twice."""
    app.task(name=thread.LOOK_FOR_UNSEEN, retry=AGAIN)(look_for_unseen)
    app.task(name=service.CHAT_LETTER_FAILED, retry=AGAIN)(letter_failed)
    app.task(name=chats.TAKE_MAIL, retry=AGAIN)(mail_in.take)


def look_for_unseen(message_id: str) -> None:
    """Mails a person's reply that the customer has not seen."""
    database.run(absent.mail_unseen, UUID(message_id))


def letter_failed(notification_id: str) -> None:
    """Tells whoever has the chat that a mail from it did not arrive."""
    database.run(absent.letter_failed, UUID(notification_id))
