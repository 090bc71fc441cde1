"""The hub reads once for many hints, and never misses the last of them."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from disputes.chat.hub import Hub, Listener
from disputes.chat.schemas import ConversationState, Updates


class TestWhatTheAssistantIsAsked:
    @pytest.mark.parametrize("answered", [True, False])
    def test_comes_to_other_tabs_with_the_answer_or_soon_and_to_staff_at_once(
        self, monkeypatch: pytest.MonkeyPatch, answered: bool
    ) -> None:
        monkeypatch.setattr("disputes.chat.hub.ANSWER_SECONDS", 0.05)
        chat, last_seq, looks = uuid4(), 5, list[bool]()

        async def look(_run: object, _verb: object, _chat: object, _seen: int, *, notes: bool) -> Updates:
            looks.append(notes)
            return Updates(ConversationState(chat, "bot", 0, None, None, None), [], last_seq)

        async def deliver(_news: Updates, _changed: bool) -> None: ...

        async def typing(_who: str, _on: bool) -> None:
            raise AssertionError

        monkeypatch.setattr("disputes.chat.hub.asyncio.to_thread", look)

        async def run() -> None:
            nonlocal last_seq
            hub = Hub()
            for notes in (False, True):
                hub.add(Listener(chat, 4, notes=notes, deliver=deliver, typing=typing, state=None))
            hub._take_hint({"c": str(chat), "l": True, "a": 5})
            await asyncio.sleep(0.01)
            assert set(looks) == {True}
            looks.clear()
            if answered:
                last_seq = 6
                hub._take_hint({"c": str(chat), "l": False})
            while hub._tasks:
                await asyncio.sleep(0.01)

        asyncio.run(run())
        assert looks.count(False) == 1


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
