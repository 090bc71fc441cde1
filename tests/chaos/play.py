"""One run: the program, the people, the killing, the quiet afterwards, and the count."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import aiohttp

from disputes.local import training
from disputes.people import service as people
from tests.chaos.agents import Agent
from tests.chaos.counts import Tally, count
from tests.chaos.customers import SHARES, Customer
from tests.chaos.killer import ExtraWorker, Killer
from tests.chaos.world import World
from tests.notifications.mail_server import MailServer
from tests.serving import Visitor
from tests.stack import ROOT, Stack, running_stack

AGENTS = 8
AT_ONCE = 60
QUIET_SECONDS = 150.0
"""A letter whose worker died while it was sent is taken over after two minutes."""

LAST_WORDS_SECONDS = 15.0
"""How long customers may go on after the last one has come and the killing is over."""

_BUSY = """
SELECT EXISTS (SELECT 1 FROM messages WHERE turn = 'waiting')
    OR EXISTS (SELECT 1 FROM notifications WHERE state = 'pending')
    OR EXISTS (SELECT 1 FROM conversations WHERE owner IN ('queue', 'agent'))
    OR EXISTS (SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
               AND (scheduled_at IS NULL OR scheduled_at <= now()))
"""


@dataclass(frozen=True)
class Plan:
    """How large a run is. `kill_pause`: seconds between two kills, at least and at most."""

    seed: int
    conversations: int
    minutes: float
    kill_pause: tuple[float, float] = (8.0, 24.0)
    at_once: int = AT_ONCE
    agents: int = AGENTS


@dataclass
class Result:
    """What came of it."""

    tally: Tally
    kills: Counter[str]
    seconds: float


def play(plan: Plan, say: Callable[[str], None]) -> Result:
    """Plays a whole run, on a program of its own. Training the assistant, if it must be, is not part of it."""
    training.train_if_stale(ROOT, ROOT / "var", say)
    began = time.monotonic()
    mail = MailServer()
    mail.start()
    try:
        with running_stack(SMTP_URL=mail.url, CHATS_PER_ADDRESS="0") as stack:
            say(f"The program runs after {time.monotonic() - began:.0f} s.")
            return asyncio.run(_play(plan, stack, mail, began, say))
    finally:
        mail.stop()


async def _play(plan: Plan, stack: Stack, mail: MailServer, began: float, say: Callable[[str], None]) -> Result:
    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=0)
    ) as http:
        world = World(http, stack.url, stack.dsn(), mail)
        return await _play_in(world, plan, stack, began, say)


async def _play_in(world: World, plan: Plan, stack: Stack, began: float, say: Callable[[str], None]) -> Result:
    random = Random(plan.seed)
    agents = [_agent(stack, world, number, Random(random.random())) for number in range(plan.agents)]
    scripts = random.choices(list(SHARES), list(SHARES.values()), k=plan.conversations)
    customers = [Customer(world, number, Random(random.random()), script) for number, script in enumerate(scripts)]
    worker = ExtraWorker.beside(stack)
    killer = Killer(stack, worker, Random(random.random()), plan.kill_pause, say)
    background = [asyncio.create_task(agent.work()) for agent in agents]
    background.append(asyncio.create_task(worker.keep_running()))
    end = began + plan.minutes * 60 - min(QUIET_SECONDS, plan.minutes * 20)
    killing = asyncio.create_task(killer.go_on(end - time.monotonic()))
    try:
        closing = asyncio.get_running_loop().call_later(end + LAST_WORDS_SECONDS - time.monotonic(), world.close)
        played = await _all_live(customers, plan, end)
        closing.cancel()
        world.close()
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)
        say(f"{len(played)} conversations after {time.monotonic() - began:.0f} s; now it gets quiet.")
        await asyncio.to_thread(stack.wait_ready)
        await _until_quiet(world)
        await asyncio.gather(*(customer.read_on() for customer in played))
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        worker.kill()
    with stack.transaction() as session:
        tally = count(session, played, agents, world.mail)
    tally.faults["conversations that did not fit into the time"] = plan.conversations - len(played)
    return Result(tally, killer.kills, time.monotonic() - began)


async def _all_live(customers: list[Customer], plan: Plan, end: float) -> list[Customer]:
    """So many at once, until all have been there or the time is over; returns those that came."""
    seats = asyncio.Semaphore(plan.at_once)
    came: list[Customer] = []

    async def come(customer: Customer) -> None:
        async with seats:
            if time.monotonic() < end:
                came.append(customer)
                await customer.live()

    await asyncio.gather(*(come(customer) for customer in customers))
    return came


async def _until_quiet(world: World) -> None:
    """Until nothing is under way any more; what is after QUIET_SECONDS is counted as a fault."""
    deadline = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < deadline:
        ((busy,),) = await world.rows(_BUSY)
        if not busy:
            return
        await asyncio.sleep(0.5)


def _agent(stack: Stack, world: World, number: int, random: Random) -> Agent:
    """An agent who is signed in by a link."""
    with stack.transaction() as session:
        staff = people.add_staff(session, f"agent{number}@chaos.example", f"Agent {number}", "agent")
        link = people.new_sign_in_link(session, staff)
    with Visitor(stack.url) as browser:
        browser.submit(link)
        token = str(browser.cookies[people.SESSION_COOKIE])
    return Agent(world, str(staff.id), token, random)
