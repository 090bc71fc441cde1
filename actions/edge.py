"""The way from asynchronous actions to the synchronous services."""

import asyncio
import time
from collections.abc import Callable
from typing import Concatenate, Final

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from disputes import database

AWAY_SECONDS: Final = 8.0
PAUSE_SECONDS: Final = 0.3


async def in_transaction[**P, T](verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs one service verb in a thread, in a transaction of its own.

    A database that is away for a moment is waited for: Rasa would go on without what the action had to tell. So a verb
    may run again although it has been committed, which is harmless, as it is when its whole turn runs again.
    """
    given_up_at = time.monotonic() + AWAY_SECONDS
    while True:
        try:
            return await asyncio.to_thread(lambda: database.run(verb, *args, **kwargs))
        except OperationalError:
            if time.monotonic() > given_up_at:
                raise
            await asyncio.sleep(PAUSE_SECONDS)


async def outside[**P, T](call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs a call that needs no database (a look-up in another system) in a thread, with no transaction open."""
    return await asyncio.to_thread(call, *args, **kwargs)
