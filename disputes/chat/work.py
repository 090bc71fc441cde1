"""The chat's jobs by name, beside the assistant's turns (`thread.ANSWER`), and how they are asked for."""

from typing import Final

from sqlalchemy.orm import Session

from disputes import jobs, policy
from disputes.chat import staff_queries

ASSIGN: Final = "chat.assign"
"""Gives waiting chats to whoever holds the fewest: `routing.assign_waiting`."""

SWEEP: Final = "chat.sweep"
"""Finds chats in which something is over: `timers.queue_all_due`."""

ACT: Final = "chat.act"
"""Acts on what is over in one chat: `timers.act`."""


def look_for_somebody(session: Session) -> None:
    """Asks for waiting chats to be given to somebody, where that is how they find one. Asking twice is one look."""
    by_itself = policy.current().chat.assignment == "least_loaded"
    if by_itself or any(team.assignment == "least_loaded" for team in staff_queries.teams(session)):
        jobs.defer_once(session, ASSIGN, key=ASSIGN)
