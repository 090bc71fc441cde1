"""The heartbeat of one web process: renews the leases of the sockets that it holds, in one statement for each kind."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError

from disputes import database
from disputes.chat import presence

log = structlog.get_logger(__name__)


class Leases:
    """The leases behind the sockets of this process. They are in the database; here are only their names."""

    def __init__(self) -> None:
        self.process = uuid4()
        self.staff: set[UUID] = set()
        self.customers: set[UUID] = set()

    async def renew_for_ever(self, check: Callable[[], Awaitable[None]]) -> None:
        """Renews them until cancelled. `check` comes first: sockets whose people are signed out must go."""
        while True:
            try:
                await check()
                await self.renew()
            except SQLAlchemyError:  # the database is away: leases end if it stays away, which is the truth
                log.warning("chat.leases_not_renewed")
            await asyncio.sleep(presence.RENEW_SECONDS)

    async def renew(self) -> None:
        """Renews them once."""
        await asyncio.to_thread(
            database.run, presence.renew, self.process, frozenset(self.staff), frozenset(self.customers)
        )
