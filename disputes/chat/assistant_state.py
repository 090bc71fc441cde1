"""Whether the assistant (Rasa) is there, watched for the people who wait for it."""

import asyncio
from collections.abc import Awaitable, Callable

from disputes import measured
from disputes.chat.rasa_client import rasa_client

LOOK_SECONDS = 2.0
CALM_LOOK_SECONDS = 10.0


class AssistantState:
    """`word` is `starting` until Rasa has answered once, then `ready` or `unavailable`."""

    def __init__(self) -> None:
        self.word = "starting"

    async def watch(self, changed: Callable[[], Awaitable[None]]) -> None:
        """Looks at Rasa for ever, and awaits `changed` when the word has."""
        while True:
            ready = await asyncio.to_thread(rasa_client().is_ready)
            measured.ASSISTANT_READY.set(ready)
            word = "ready" if ready else ("starting" if self.word == "starting" else "unavailable")
            if word != self.word:
                self.word = word
                await changed()
            await asyncio.sleep(CALM_LOOK_SECONDS if ready else LOOK_SECONDS)
