"""The short-lived address of one file of one chat, for widgets that know no other way to ask for it.

Our own widget never uses it: it sends the session in a header. The link holds ids only and is made at the moment a
message goes to the customer's own socket.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

from disputes import clock
from disputes.settings import settings

LASTS: Final = timedelta(hours=1)
_PURPOSE: Final = "file of a chat"


def link_to(conversation_id: UUID, file_id: UUID) -> str:
    """The address of a file, good for an hour."""
    until = int((clock.now() + LASTS).timestamp())
    token = _serializer().dumps([conversation_id.hex, file_id.hex, until])
    return f"{settings().base_url}/chat/files/{token if isinstance(token, str) else token.decode()}"


def read(token: str) -> tuple[UUID, UUID] | None:
    """Which file of which chat; None when it was not made here or is out of date."""
    try:
        conversation_id, file_id, until = _serializer().loads(token)
        if clock.now().timestamp() >= until:
            return None
        return UUID(hex=conversation_id), UUID(hex=file_id)
    except (BadSignature, ValueError, TypeError):
        return None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().signing_key, salt=_PURPOSE)
