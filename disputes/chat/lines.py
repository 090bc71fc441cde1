"""The chat's own words, kept as data beside this file so that another language is another file."""

from typing import Final

from disputes.chat.schemas import Json
from disputes.words import Sentences

LINES: Final = "disputes/chat/lines.yml"

line: Final = Sentences(LINES)
"""`line("joined", name=name)` is the line of that name with its {name} filled in."""


def button(title: str, payload: str) -> Json:
    """A button in the chat, called as the line `title` says."""
    return {"content_type": "text", "title": line(title), "payload": payload}


def say_minutes(minutes: int) -> str:
    """ "1 minute", "12 minutes", "2 hours"."""
    if minutes >= 120 and minutes % 60 == 0:
        return line("hours", count=minutes // 60)
    return line("minute") if minutes == 1 else line("minutes", count=minutes)
