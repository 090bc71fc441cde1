"""Rasa's lock on a conversation as a lease in Redis, for several Rasa servers that share one tracker.

Rasa's own Redis store reads and writes in two steps, so that two servers can hold one lock, and what a killed server
held stays locked for a minute. A lease is taken in one step, is kept up while the turn runs, and ends by itself
some seconds after its holder has died.

The queue of the application already sends the turns of one conversation one at a time; this is the second wall, for
when a worker is taken for dead and is not. So the assistant goes on without it when Redis does not answer.
"""

import asyncio
import logging
from contextlib import asynccontextmanager, suppress
from typing import AsyncGenerator, Text

from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore
from rasa.utils.endpoints import EndpointConfig
from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import RedisError

LEASE_SECONDS = 6.0
KEEP_UP_SECONDS = 1.5
LOOK_SECONDS = 0.05
ANSWER_SECONDS = 2.0

WAIT_SECONDS = 15.0
"""Longer than a dead holder's lease, shorter than the application waits for an answer."""

logger = logging.getLogger(__name__)


class RedisLeases(LockStore):
    """The lock store named in the endpoints file; `url` is the address of Redis."""

    def __init__(self, endpoint_config: EndpointConfig) -> None:
        self._redis = Redis.from_url(
            endpoint_config.url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
        )
        super().__init__()

    @asynccontextmanager
    async def lock(
        self, conversation_id: Text, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 1
    ) -> AsyncGenerator[None, None]:
        """Holds the conversation for one turn. Raises LockError when another server does not let go of it."""
        lease = self._redis.lock(
            f"turn:{conversation_id}",
            timeout=LEASE_SECONDS,
            sleep=LOOK_SECONDS,
            blocking_timeout=WAIT_SECONDS,
            thread_local=False,
        )
        if not await _is_taken(lease):
            yield
            return
        keeping = asyncio.create_task(_keep_up(lease))
        try:
            yield
        finally:
            keeping.cancel()
            with suppress(RedisError, OSError):
                await lease.release()


async def _is_taken(lease: Lock) -> bool:
    """Takes the lease, or says that there is no Redis to take it from."""
    try:
        taken = await lease.acquire()
    except (RedisError, OSError) as error:
        logger.warning(f"Redis does not answer ({type(error).__name__}): this turn goes on without a lock.")
        return False
    if not taken:
        raise LockError("Another server holds this conversation.")
    return True


async def _keep_up(lease: Lock) -> None:
    """Keeps the lease for as long as its turn takes."""
    while True:
        await asyncio.sleep(KEEP_UP_SECONDS)
        try:
            await lease.extend(LEASE_SECONDS, replace_ttl=True)
        except (RedisError, OSError) as error:
            logger.warning(f"The lock of a turn could not be kept up ({type(error).__name__}).")
