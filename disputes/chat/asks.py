"""What a customer's page asks for beside the thread, and what it is answered: an event and its data, or nothing."""

from uuid import UUID

from sqlalchemy.exc import OperationalError

from disputes import database
from disputes.chat import satisfaction
from disputes.chat import transcript as transcripts
from disputes.chat.lines import line
from disputes.chat.schemas import Json
from disputes.errors import DisputesError

type Answer = tuple[str, Json]


def rate(conversation_id: UUID, told: Json) -> Answer | None:
    """The customer says whether the chat has helped; the card comes back as it stands then.

    When it could not be kept nothing comes back: the card stays open, and can be sent again.
    """
    try:
        question = database.run(
            satisfaction.rate, conversation_id, told.get("epoch"), told.get("score"), told.get("words")
        )
    except (DisputesError, OperationalError):
        return None
    return "card", {"id": str(question.id), "card": question.card}


def transcript(conversation_id: UUID, told: Json) -> Answer:
    """The customer wants a copy of the chat by mail: told where it goes, asked for an address, or told why not."""
    typed = told.get("email")
    try:
        sent = database.run(transcripts.send, conversation_id, typed if isinstance(typed, str) else None)
    except DisputesError as refusal:
        return "transcript", {"code": refusal.code, "message": refusal.message}
    except OperationalError:
        return "transcript", {"code": "unavailable", "message": line("not_stored")}
    return "transcript", {"code": "sent", "address": sent.masked}
