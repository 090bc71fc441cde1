"""The page that shows letters before they are sent, and what came with its two buttons."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Final, NamedTuple
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import HTMLResponse

from disputes.desk.access import AtDesk
from disputes.desk.pages import desk_page
from disputes.desk.preview import Outcome, Seen

_OWN_FIELDS: Final = frozenset({"csrf_token", "do", "seen"})
"""Fields of the two pages themselves, which are no part of the step."""

_CHAT: Final = "chat"
"""The chat in which somebody began a step, to come back to."""

_ACT: Final = "act"
"""What is worked on in the panel beside that chat (`case_panel.ACTS`)."""


class Watched(NamedTuple):
    """The case that is worked on, and the last line of its history that the page knows."""

    id: UUID
    reference: str
    since: int


@dataclass(frozen=True)
class GivenForm:
    """A form of the desk: what was `seen` before it was sent for good, and its fields, to be sent once more."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    seen: Seen | None = None
    wants_change: bool = False

    @property
    def chat_id(self) -> UUID | None:
        """The chat from which the step was begun."""
        named = next((value for name, value in self.fields if name == _CHAT), "")
        try:
            return UUID(named)
        except ValueError:
            return None

    @property
    def act(self) -> str:
        """What is worked on in the panel beside that chat; "" on pages of their own."""
        return next((value for name, value in self.fields if name == _ACT), "")

    @property
    def return_to(self) -> str | None:
        """The page of that chat."""
        return f"/desk/chats/{self.chat_id}" if self.chat_id else None


async def given(request: Request) -> GivenForm:
    """What came with the form of this request."""
    return read(list((await request.form()).multi_items()))


def read(pairs: Iterable[tuple[str, object]]) -> GivenForm:
    """The fields of a form in their order, those of our own taken out; files cannot be sent once more."""
    texts = [(name, value) for name, value in pairs if isinstance(value, str)]
    own = dict(texts)
    fields = [(name, value) for name, value in texts if name not in _OWN_FIELDS]
    return GivenForm(fields, Seen.read(own.get("seen")), own.get("do") == "change")


type Given = Annotated[GivenForm, Depends(given)]


def preview_page(
    request: Request,
    desk: AtDesk,
    outcome: Outcome,
    given: GivenForm,
    about: str,
    *,
    back: str,
    watched: Watched | None = None,
    confidential: bool = False,
) -> HTMLResponse:
    """The letters as they will leave, with a button that sends them. Its form goes to where the first one went.

    `confidential`: for somebody who may read the letter, but neither the customer's address nor the case's history.
    """
    values = {
        "about": about,
        "act": given.act,
        "chat_id": given.chat_id,
        "watched": watched,
        "confidential": confidential,
        "back": given.return_to or back,
        "preview": outcome.preview,
        "moved": outcome.moved,
        "changed": outcome.changed,
        "fields": given.fields,
    }
    return desk_page(request, desk, "desk/preview.html", values)
