"""The parts that letters are made of. A letter is one list of them, and two templates render it: text and HTML.

So both always say the same, and what people typed is only ever shown inside a part made for it: quoted line by line
in text, escaped in HTML.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class Para:
    """A paragraph in our own words."""

    words: str
    kind: ClassVar[str] = "para"


@dataclass(frozen=True)
class Heading:
    """What the next part is about; capitals in text."""

    words: str
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True)
class Reference:
    """The reference, large."""

    reference: str
    kind: ClassVar[str] = "reference"


@dataclass(frozen=True)
class Dates:
    """What happens by when: pairs of a date in words and a sentence."""

    rows: Sequence[tuple[str, str]]
    kind: ClassVar[str] = "dates"


@dataclass(frozen=True)
class Rows:
    """Facts: pairs of a label and a value."""

    rows: Sequence[tuple[str, str]]
    kind: ClassVar[str] = "rows"


@dataclass(frozen=True)
class Quote:
    """What a person wrote, marked as not ours to say."""

    words: str
    kind: ClassVar[str] = "quote"


@dataclass(frozen=True)
class Said:
    """What somebody said in a chat: their name, when, and their words. `rows`: a card that came with them."""

    name: str
    at: datetime
    words: str
    rows: Sequence[tuple[str, str]] = ()
    kind: ClassVar[str] = "said"


@dataclass(frozen=True)
class Items:
    """A list; numbered where somebody may want to answer to "number 2"."""

    items: Sequence[str]
    numbered: bool = False
    kind: ClassVar[str] = "items"


@dataclass(frozen=True)
class Link:
    """Something to do, and the address where it is done."""

    words: str
    url: str
    kind: ClassVar[str] = "link"


@dataclass(frozen=True)
class Small:
    """A note in small print."""

    words: str
    kind: ClassVar[str] = "small"


type Block = Para | Heading | Reference | Dates | Rows | Quote | Said | Items | Link | Small
