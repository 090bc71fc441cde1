"""Files that come with a form: how much of one is read, and how many are looked at at once."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request, UploadFile

from disputes import policy
from disputes.settings import settings


def given_file(upload: UploadFile) -> tuple[str, bytes]:
    """The sender's name for it, and its content; of one that is too large only as much as shows that it is."""
    most = policy.current().evidence.megabytes_each * 1_000_000
    return upload.filename or "", upload.file.read(most + 1)


def take_turns(app: FastAPI) -> None:
    """Lets this process look at as few uploads at once as the settings say."""
    app.state.upload_turns = asyncio.Semaphore(settings().uploads_at_once)


async def in_turn(request: Request) -> AsyncIterator[None]:
    """A route that takes a file waits here until it may: what came is on the disk meanwhile, and no thread waits.

    A picture of ten megabytes is a hundred when it is drawn anew, so that many at once would be the end of the process.
    """
    async with request.app.state.upload_turns:
        yield
