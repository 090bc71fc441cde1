"""The form of a message that the intent classifier learns from and reads."""

import re

from nlu_components.values import AMOUNT, DAY, find_values

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'", "\u2060": None})


def plain(text: str) -> str:
    """Lower case, one kind of apostrophe, values replaced by their kind.

    "Where is order 10023?" and "where is order 20417?" are then the same message; numbers teach nothing.
    """
    pieces = []
    end = 0
    for value in find_values(text):
        if value.entity in (AMOUNT, DAY):  # "yesterday" and "30 quid" are words that tell what is meant
            continue
        pieces.append(text[end : value.start])
        pieces.append(f" {value.entity.replace('_', '')}value ")
        end = value.end
    pieces.append(text[end:])
    words = "".join(pieces).lower().translate(_APOSTROPHES)
    words = re.sub(r"\d+", "0", words)
    return " ".join(words.split())
