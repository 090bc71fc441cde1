"""The hub reads once for many hints, and never misses the last of them."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from disputes.chat.hub import Hub, Listener
from disputes.chat.schemas import ConversationState, Updates


class TestManyHintsAtOnce:
    def test_are_one_look_more_and_the_newest_is_in_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A look that is under way may have read too early; one more comes after it, however many hints came."""
        chat, looks, now = uuid4(), list[int](), 0

        async def look(_run: object, _verb: object, *_args: Any, **_kwargs: Any) -> Updates:
            seen = now
            looks.append(seen)
            await asyncio.sleep(0)
            return Updates(ConversationState(chat, "bot", 0, None, None, None, seen_seq=seen), [], 0)

        monkeypatch.setattr("disputes.chat.hub.asyncio.to_thread", look)
        delivered: list[int] = []

        async def deliver(news: Updates, _changed: bool) -> None:
            delivered.append(news.state.seen_seq)

        async def typing(_who: str, _on: bool) -> None:
            raise AssertionError

        async def run() -> None:
            nonlocal now
            hub = Hub()
            hub.add(Listener(chat, 0, notes=False, deliver=deliver, typing=typing))
            for now in range(1, 51):
                hub._take_hint({"c": str(chat), "l": False})
                if now in (1, 2):
                    await asyncio.sleep(0)
            await asyncio.gather(*hub._tasks)

        asyncio.run(run())
        assert delivered[-1] == 50
        assert len(looks) <= 4
