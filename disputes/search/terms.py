"""What somebody typed into the search, as terms; and the places in a text that they are found at. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from disputes.cases import references

LONGEST: Final = 200
MOST: Final = 8
PREFIX_FROM: Final = 3
"""Letters from which on the beginning of a word finds it; fewer would find half of all there is."""

WINDOW: Final = 28
"""Words of a text that are shown around what was found."""

_PHONE: Final = re.compile(r"(?<![\w-])[+(]?\d(?:[\s().-]{0,2}\d){8,14}(?![\w-])")
_PHONE_DIGITS: Final = 9
"""The last digits of a number, which are the same with and without its country."""

_EDGES: Final = "\"'“”‘’.,;:!?()[]{}<>…*&|\\"
_FOLDED: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ß": "ss", "æ": "ae", "œ": "oe"})
_WORD: Final = re.compile(r"[\w@.+'’-]*\w")


@dataclass(frozen=True)
class Piece:
    """A part of a text; `found` is what was looked for."""

    text: str
    found: bool = False


def plain(text: str) -> str:
    """Small letters without accents. The database has the same as `search_plain`."""
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in letters if not "\u0300" <= letter <= "\u036f")
    return bare.lower().translate(_FOLDED)


def read(typed: str) -> list[str]:
    """The terms in what was typed, plain, each once; references and telephone numbers as the index has them."""
    typed = " ".join(typed.replace("\0", " ").split())[:LONGEST]
    found: list[str] = []
    for number in _PHONE.findall(typed):
        found.append(re.sub(r"\D", "", number)[-_PHONE_DIGITS:])
    for word in _PHONE.sub(" ", typed).split():
        bare = word.strip(_EDGES)
        reference = references.normalise(bare) if len(bare) > PREFIX_FROM else None
        if reference is not None:
            bare = reference.replace("-", "")
        if any(sign.isalnum() for sign in bare):
            found.append(plain(bare))
    return list(dict.fromkeys(found))[:MOST]


def snippet(text: str, terms: Iterable[str]) -> list[Piece]:
    """The words of a text around what was found in it, marked; the beginning when it is found nowhere.

    `terms` are plain, and may be stems: a word is found that begins with one.
    """
    wanted = tuple(term for term in terms if term)
    words = list(_WORD.finditer(text))
    hits = [is_found(word.group(), wanted) for word in words]
    if not words:
        return [Piece(text[:LONGEST])] if text.strip() else []
    start = _best_window(hits)
    shown = words[start : start + WINDOW]
    pieces = [Piece("…")] if start else []
    at = shown[0].start() if start else 0
    for word, hit in zip(shown, hits[start : start + WINDOW], strict=True):
        if hit:
            pieces += [Piece(text[at : word.start()]), Piece(word.group(), found=True)]
            at = word.end()
    end = shown[-1].end() if start + WINDOW < len(words) else len(text)
    pieces.append(Piece(text[at:end] + ("…" if start + WINDOW < len(words) else "")))
    return [piece for piece in pieces if piece.text]


def is_found(word: str, terms: Sequence[str]) -> bool:
    """True for a word, or a part of an address or of a compound, that begins with one of the terms."""
    bare = plain(word).strip("'’")
    parts = (bare, bare.replace("-", ""), *re.split(r"[@._+'’-]", bare))
    return any(part == term or (len(term) >= PREFIX_FROM and part.startswith(term)) for part in parts for term in terms)


def _best_window(hits: Sequence[bool]) -> int:
    """Where most hits are close together; a few words before the first of them."""
    if len(hits) <= WINDOW or not any(hits):
        return 0
    best = max(range(len(hits) - WINDOW + 1), key=lambda start: (sum(hits[start : start + WINDOW]), -start))
    first = next(number for number in range(best, len(hits)) if hits[number])
    return max(min(first - WINDOW // 4, len(hits) - WINDOW), 0)
