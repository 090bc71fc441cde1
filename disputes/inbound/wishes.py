"""Words that sound like a decision. None is taken from free text: who decides presses a button."""

import re
from typing import Final, Literal

type Wish = Literal["accept", "refuse", "withdraw"]

_WISHES: Final[dict[Wish, re.Pattern[str]]] = {
    "withdraw": re.compile(
        r"\b(?:withdraw|cancel|drop|stop|close)\w*\s+(?:\w+\s+){0,3}(?:complaint|case|claim|dispute|it|this)\b"
        r"|^\W*(?:stop|withdraw)\W*$",
        re.IGNORECASE | re.MULTILINE,
    ),
    "refuse": re.compile(
        r"\b(?:refuse|reject|decline)\w*\b|\b(?:not|cannot|can't|won't|don't|never)\s+(?:\w+\s+)?(?:accept|agree)",
        re.IGNORECASE,
    ),
    "accept": re.compile(r"\b(?:accept|agree)(?:s|ed)?\b|\b(?:deal|sounds good|fine with me)\b", re.IGNORECASE),
}


def wish_in(text: str) -> Wish | None:
    """What it sounds like, for the person who reads it; None for anything else."""
    plain = text.replace("\u2019", "'")
    return next((wish for wish, words in _WISHES.items() if words.search(plain)), None)
