"""Takes what names a person out of an example: stand-ins of the same kind, so that it still reads as people write."""

import re
from collections.abc import Iterable
from typing import Final

from nlu_components import values

LONGEST: Final = 300
NAME: Final = "Alex"
STAND_INS: Final = {
    values.EMAIL: "name@example.com",
    values.PHONE: "+44 7700 900000",
    values.ORDER_NUMBER: "12345",
    values.REFERENCE: "CD-0000-0000",
}
"""An address of the example domain, a number that nobody has, and an order and a reference that do not exist."""

_INTRODUCED: Final = re.compile(
    r"(?P<said>\b(?:my (?:full )?name(?:'s| is)|i am called|call me|name\s*[:=]|regards,?|mr\.?|mrs\.?|ms\.?|dr\.?)\s+)"
    r"(?P<name>[^\W\d_][\w'’-]*(?:\s+(?-i:[A-ZÀ-Ý])[\w'’-]*){0,3})",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_FIGURES: Final = re.compile(r"\d{5,}")
_FORMAT: Final = str.maketrans("[](){}<>|", "         ")
"""Signs that mean something in a file of examples."""

SHORTEST_NAME: Final = 3
"""Shorter parts of names are words as well ("Al", "Jo"): the whole name is masked, not these by themselves."""


def masked(text: str, names: Iterable[str] = ()) -> str:
    """The text on one line, without what names a person as far as rules can find it. Masking again changes nothing."""
    plain = " ".join(text.replace("\u2060", "").split())
    plain = _ADDRESS.sub("https://example.com", plain)
    for value in reversed([each for each in values.find_values(plain) if each.entity in STAND_INS]):
        plain = plain[: value.start] + STAND_INS[value.entity] + plain[value.end :]
    for name in sorted(_parts(names), key=len, reverse=True):
        plain = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", NAME, plain, flags=re.IGNORECASE)
    plain = re.sub(rf"\b{NAME}(?:\s+{NAME})+\b", NAME, plain)
    plain = _INTRODUCED.sub(lambda found: f"{found['said']}{NAME}", plain)
    plain = _FIGURES.sub(_unless_stand_in, plain)
    return " ".join(plain.translate(_FORMAT).split()).lstrip("/-# ")[:LONGEST].strip()


def _parts(names: Iterable[str]) -> set[str]:
    whole = {name.strip() for name in names if name and name.strip()}
    parts = {part for name in whole for part in re.split(r"[\s,]+", name) if len(part) >= SHORTEST_NAME}
    return {name for name in whole | parts if name.lower() != NAME.lower()}


def _unless_stand_in(found: re.Match[str]) -> str:
    known = any(found.group() in stand_in for stand_in in STAND_INS.values())
    return found.group() if known else STAND_INS[values.ORDER_NUMBER]
