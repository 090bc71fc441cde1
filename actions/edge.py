"""The way from asynchronous actions to the synchronous services."""

import asyncio
from collections.abc import Callable
from typing import Concatenate

from sqlalchemy.orm import Session

from disputes import database


async def in_transaction[**P, T](verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs one service verb in a thread, in a transaction of its own."""
    return await asyncio.to_thread(lambda: database.run(verb, *args, **kwargs))


async def outside[**P, T](call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs a call that needs no database (a look-up in another system) in a thread, with no transaction open."""
    return await asyncio.to_thread(call, *args, **kwargs)
