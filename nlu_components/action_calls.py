"""Calls the action server over a connection that stays open, and tells it the domain once.

Rasa 3.6 opens a connection for each call and sends the whole domain along: 46 of the 49 KB of a call early in a chat.
Here a digest stands for the domain, as in later Rasas. An action server that does not know it (it has just been
started) answers 449, and is asked again with the domain.
"""

from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Dict, List, Optional, Text

import rasa
from aiohttp import ClientSession
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

DOMAIN_IS_MISSING = 449
IDLE_SECONDS = 30.0
"""How long a connection is kept without a call; the action server keeps it longer (`disputes/serving.py`)."""


def call_actions_quickly() -> None:
    """Changes that in this process; call it before Rasa serves."""
    _tell_the_domain_once()
    _keep_connections()


def _tell_the_domain_once() -> None:
    run = RemoteAction.run

    def call(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> Dict[Text, Any]:
        told = {
            "next_action": self.name(),
            "sender_id": tracker.sender_id,
            "tracker": tracker.current_state(EventVerbosity.ALL),
            "version": rasa.__version__,
            "domain_digest": _digest(domain),
        }
        return {**told, "domain": domain.as_dict()} if getattr(self, "tells_domain", False) else told

    async def run_and_tell(self: RemoteAction, *args: Any, **kwargs: Any) -> List[Event]:
        try:
            return await run(self, *args, **kwargs)
        except RasaException as failed:
            if getattr(failed.__cause__, "status", None) != DOMAIN_IS_MISSING:
                raise
        self.tells_domain = True  # Rasa makes an object for each call
        return await run(self, *args, **kwargs)

    RemoteAction._action_call_format = call
    RemoteAction.run = run_and_tell


def _digest(domain: Domain) -> Text:
    """Made once for each model: Rasa's own hash of a domain writes all of it out."""
    if not hasattr(domain, "told_as"):
        domain.told_as = domain.fingerprint()
    return domain.told_as


def _keep_connections() -> None:
    make_session = EndpointConfig.session

    @asynccontextmanager
    async def session(self: EndpointConfig) -> AsyncIterator[ClientSession]:
        kept: Optional[ClientSession] = getattr(self, "kept_session", None)
        if kept is None or kept.closed:
            kept = self.kept_session = make_session(self)
            kept.connector._keepalive_timeout = IDLE_SECONDS
        yield kept

    EndpointConfig.session = session
