"""Rasa's lock over several servers: one at a time, free soon after a crash, no reason to stop when Redis is away."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from disputes.local import training
from tests.deploy.server import program
from tests.stack import ROOT, free_port

pytestmark = pytest.mark.rasa

LEASE_SECONDS = 6.0

HOLD = """
import asyncio, sys
from nlu_components.redis_leases import RedisLeases
from rasa.utils.endpoints import EndpointConfig

async def main():
    store = RedisLeases(endpoint_config=EndpointConfig(url=sys.argv[1]))
    print("waiting", flush=True)
    async with store.lock("one conversation"):
        print("holds it", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    print("let go", flush=True)

asyncio.run(main())
"""


class Holder:
    """A process of Rasa's environment that takes the lock of a conversation and keeps it until it is told."""

    def __init__(self, url: str) -> None:
        self.process = subprocess.Popen(
            [training.rasa_command(ROOT)[0], "-c", HOLD, url],
            cwd=ROOT,
            env={**os.environ, **training.QUIET},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def lets_go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


def test_one_holds_it_as_long_as_it_needs_and_then_the_next(redis: str, hold: Callable[[str], Holder]) -> None:
    first = hold(redis)
    assert [first.says(), first.says()] == ["waiting", "holds it"]
    second = hold(redis)
    assert second.says() == "waiting"
    with pytest.raises(subprocess.TimeoutExpired):
        first.process.wait(LEASE_SECONDS * 1.3)
    first.lets_go()
    assert first.says() == "let go"
    assert second.says() == "holds it"
    second.lets_go()
    assert second.says() == "let go"


def test_what_a_killed_server_held_is_free_after_some_seconds(redis: str, hold: Callable[[str], Holder]) -> None:
    first = hold(redis)
    assert [first.says(), first.says()] == ["waiting", "holds it"]
    second = hold(redis)
    assert second.says() == "waiting"
    first.end()
    began = time.monotonic()
    assert second.says() == "holds it"
    assert time.monotonic() - began < LEASE_SECONDS + 2


def test_without_redis_the_turn_goes_on(hold: Callable[[str], Holder]) -> None:
    alone = hold(f"redis://127.0.0.1:{free_port()}/0")
    assert [alone.says(), alone.says()] == ["waiting", "holds it"]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        [program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait(10)


@pytest.fixture
def hold() -> Iterator[Callable[[str], Holder]]:
    """Starts holders, and ends them."""
    started: list[Holder] = []

    def start(url: str) -> Holder:
        started.append(Holder(url))
        return started[-1]

    yield start
    for holder in started:
        holder.end()
