"""The chat's own words, kept as data beside this file so that another language is another file."""

from functools import cache

import yaml

from disputes.chat.schemas import Json
from disputes.words import file_of

LINES = "disputes/chat/lines.yml"


@cache
def _lines() -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load(file_of(LINES).read_text(encoding="utf-8"))
    return found


def line(key: str, /, **values: object) -> str:
    """The line called `key`, with its {values} filled in. Unknown names raise KeyError."""
    return _lines()[key].format(**values)


def button(title: str, payload: str) -> Json:
    """A button in the chat, called as the line `title` says."""
    return {"content_type": "text", "title": line(title), "payload": payload}


def say_minutes(minutes: int) -> str:
    """ "1 minute", "12 minutes", "2 hours"."""
    if minutes >= 120 and minutes % 60 == 0:
        return line("hours", count=minutes // 60)
    return line("minute") if minutes == 1 else line("minutes", count=minutes)
