"""The client of Rasa's REST channel and of the part of its HTTP API that makes a turn happen exactly once."""

import time
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import jwt
import requests
import structlog
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError

from disputes.chat.rasa_servers import RasaServers
from disputes.chat.schemas import Json, Part, Turn
from disputes.errors import Unavailable
from disputes.settings import settings

CONNECT_SECONDS = 2.0
TURN_SECONDS = 25.0
"""Longer than any action may take (an order look-up: about 6 s): a client that hangs up cancels the turn in Rasa
while its action goes on."""
CONNECTIONS = 32

log = structlog.get_logger(__name__)


class RasaUnavailable(Unavailable):
    """Rasa did not answer, or answered with nothing that can be shown."""

    code = "assistant_unavailable"


@dataclass(frozen=True)
class RasaClient:
    """Speaks to one Rasa server, or to several that share their tracker."""

    servers: RasaServers
    token: str
    http: requests.Session

    def ask(self, turn: Turn) -> list[Part]:
        """Takes one message to the assistant and returns its reply.

        Raises RasaUnavailable for an error, a time-out or an empty reply: Rasa answers `[]` for a dead action
        server, a lock it did not get and a missing model alike, and our assistant is never silent on purpose.
        """
        metadata = {
            **turn.note,
            "message_id": str(turn.message_id),
            "conversation_id": str(turn.conversation_id),
            "epoch": turn.epoch,
        }
        body = {"sender": turn.sender, "message": turn.text, "metadata": metadata}
        parts = parts_of(self._call(turn.sender, "POST", "/webhooks/rest/webhook", json=body))
        if all(part.reading is not None for part in parts):
            self.servers.set_aside(self.servers.for_conversation(turn.sender)[0])
            raise RasaUnavailable("The assistant had no answer.")
        return parts

    def reply_given_before(self, turn: Turn) -> list[Part]:
        """What Rasa said to this message if it has had it already; empty when it has not.

        Asked before a turn is tried again: Rasa keeps a finished turn even when we died before storing it, and
        a second time would fill the next question's slot with this answer.
        """
        tracker = self._call(turn.sender, "GET", f"/conversations/{turn.sender}/tracker", include_events="APPLIED")
        events: list[Json] = tracker.get("events") or []
        message_id = str(turn.message_id)
        for index in range(len(events) - 1, -1, -1):
            event = events[index]
            if event.get("event") == "user":
                if (event.get("metadata") or {}).get("message_id") == message_id:
                    return parts_of([_as_reply(said) for said in events[index + 1 :] if said["event"] == "bot"])
                return []
        return []

    def begin_session(self, sender: str) -> None:
        """Starts a new session in the tracker with the same slots and the same form.

        Rasa reads and sends every event since the last session start at every turn: a chat of 200 turns
        would cost several times one of ten.
        """
        tracker = self._call(sender, "GET", f"/conversations/{sender}/tracker", include_events="NONE")
        events: list[Json] = [
            {"event": "action", "name": "action_session_start"},
            {"event": "session_started"},
        ]
        loop = (tracker.get("active_loop") or {}).get("name")
        slots: Json = tracker.get("slots") or {}
        if loop:
            events.append({"event": "action", "name": loop})
            events.append({"event": "active_loop", "name": loop})
        events += [
            {"event": "slot", "name": name, "value": value}
            for name, value in slots.items()
            if value is not None and name != "session_started_metadata"
        ]
        events.append({"event": "action", "name": "action_listen"})
        now = time.time()
        for offset, event in enumerate(events):
            event["timestamp"] = now + offset / 1_000_000
        self._call(sender, "POST", f"/conversations/{sender}/tracker/events", json=events, include_events="NONE")

    def is_ready(self) -> bool:
        """Whether any Rasa listens, which it does only with its model loaded."""
        return any(self._listens(url) for url in self.servers)

    def _listens(self, url: str) -> bool:
        try:
            return self.http.get(url, timeout=(CONNECT_SECONDS, CONNECT_SECONDS)).ok
        except requests.RequestException:
            return False

    def _call(self, sender: str, method: str, path: str, *, json: Any = None, **params: str) -> Any:
        """Asks the conversation's server; the next one only when that could not even be reached.

        A request that a server may have got is never sent to another at once: the turn might run twice. Its job is
        tried again, and looks first whether it was answered (`reply_given_before`).
        """
        headers = {"Authorization": f"Bearer {self._pass()}"} if self.token else {}
        for url in self.servers.for_conversation(sender):
            try:
                answer = self.http.request(
                    method,
                    url + path,
                    json=json,
                    params=params,
                    headers=headers,
                    timeout=(CONNECT_SECONDS, TURN_SECONDS),
                )
                answer.raise_for_status()
                return answer.json()
            except (requests.RequestException, ValueError) as error:
                self.servers.set_aside(url)
                log.warning("rasa.failed", server=url, path=path.split("/")[1], reason=type(error).__name__)
                if not _never_arrived(error):
                    raise RasaUnavailable("The assistant does not answer.") from error
        raise RasaUnavailable("The assistant cannot be reached.")

    def _pass(self) -> str:
        """A token of one minute for Rasa's API (role admin: any conversation)."""
        claims = {"user": {"username": "disputes", "role": "admin"}, "exp": int(time.time()) + 60}
        return jwt.encode(claims, self.token, algorithm="HS256")


WAYS_OUT = frozenset({"/talk_to_person", "/make_complaint"})
"""What may be pressed whatever was said."""


def parts_of(reply: list[Json]) -> list[Part]:
    """Rasa's reply in the parts that are stored. A card, or the clause it rests on, joins the text before it.

    What was understood of the message comes last; the first action to say it has read the message itself.
    """
    parts: list[Part] = []
    readings: list[Part] = []
    for piece in reply:
        custom: Json = piece.get("custom") or {}
        if "reading" in custom:
            readings.append(Part(reading=custom["reading"]))
            continue
        if "card" in custom and parts and parts[-1].card is None and not piece.get("text"):
            last = parts.pop()
            parts.append(replace(last, card=custom["card"]))
            continue
        if "trace" in custom and parts:
            parts.append(replace(parts.pop(), trace=str(custom["trace"])))
            continue
        if "asks_if_helped" in custom:
            parts.append(Part(asks_if_helped=True))
            continue
        if "handoff" in custom:
            parts.append(Part(handoff=custom["handoff"]))
            continue
        text = (piece.get("text") or "").strip()
        attachment = _image(piece.get("image")) or piece.get("attachment")
        if text or attachment:
            parts.append(Part(text, _quick_replies(piece.get("buttons")), attachment, custom.get("card")))
    return [*_with_ways_out_below(parts), *readings[:1]]


def _with_ways_out_below(parts: list[Part]) -> list[Part]:
    """A way out that is offered before the assistant goes on with its question stands under that question: there is
    where one looks, and some widgets show only the buttons of the newest message."""
    asking = next((at for at in reversed(range(len(parts))) if parts[at].text), 0)
    if any(part.handoff for part in parts[:asking]):
        return parts
    kept, moved = list(parts), list[Json]()
    for at, part in enumerate(parts[:asking]):
        buttons = part.quick_replies or []
        if buttons and all(button["payload"] in WAYS_OUT for button in buttons):
            kept[at] = replace(part, quick_replies=None)
            moved += buttons
    if moved:
        own = kept[asking].quick_replies or []
        titled = {button["payload"]: button for button in [*own, *moved]}  # once each
        kept[asking] = replace(kept[asking], quick_replies=list(titled.values()))
    return kept


@cache
def rasa_client() -> RasaClient:
    """The client for the Rasa servers of the settings; its connections are kept open."""
    http = requests.Session()
    http.mount("http://", HTTPAdapter(pool_maxsize=CONNECTIONS))
    return RasaClient(RasaServers(settings().rasa_urls), settings().rasa_token, http)


def _never_arrived(error: Exception) -> bool:
    """Whether no connection came about, so that the other side cannot have got anything."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", cause), ConnectTimeoutError)


def _as_reply(event: Json) -> Json:
    """A bot event of the tracker in the shape of the REST channel's reply."""
    data: Json = event.get("data") or {}
    return {
        "text": event.get("text"),
        "buttons": data.get("buttons"),
        "image": data.get("image"),
        "attachment": data.get("attachment"),
        "custom": data.get("custom"),
    }


def _quick_replies(buttons: list[Json] | None) -> list[Json] | None:
    if not buttons:
        return None
    return [{"content_type": "text", "title": button["title"], "payload": button["payload"]} for button in buttons]


def _image(address: str | None) -> Json | None:
    return {"type": "image", "payload": {"src": address}} if address else None
