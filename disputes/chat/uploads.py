"""A file on its way into a chat, from the edge: looked at, stored, then written down. Opens its own transactions, so
that nothing is locked and no connection is held while a picture is drawn anew or a store far away takes it."""

from uuid import UUID

from disputes import database, policy
from disputes.chat import files
from disputes.chat.schemas import Json
from disputes.errors import DisputesError
from disputes.files import contents, store
from disputes.people.tables import Staff


def upload(
    conversation_id: UUID, file_name: str, content: bytes, *, client_id: str, staff: Staff | None = None
) -> Json:
    """Takes a file from the customer, or (`staff`) from whoever holds the chat; returns its message.

    The same `client_id` again returns the first. Raises `Invalid`, `Conflict`, `Refused` or `NotFound` with a sentence
    for whoever sent it. A crash between storing and writing down leaves a file that no row knows: the sweep takes it.
    """
    known = database.run(files.check_room, conversation_id, client_id=client_id, staff=staff)
    if known is not None:
        return known.message
    kept = contents.checked(file_name, content, policy.current().evidence)
    name = store.new_name()
    shelf = store.store_of("chat-files")
    shelf.put(name, kept.content)
    try:
        taken = database.run(files.keep, conversation_id, kept, name, client_id=client_id, staff=staff)
    except DisputesError:
        shelf.remove(name)
        raise
    if not taken.is_new:
        shelf.remove(name)
    return taken.message
