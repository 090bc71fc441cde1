"""How easily a text is read: its sentences, their words, and the school grade after Flesch and Kincaid.

Public bodies write for grade 8 (thirteen years) or easier. pyphen counts the places where a word may be hyphenated,
which are fewer than its syllables, so the true grade is one or two above.
"""

import re
from collections.abc import Sequence

import pyphen

_SYLLABLES = pyphen.Pyphen(lang="en_GB")


def sentences_in(text: str) -> list[str]:
    """The sentences of a text, also the parts of one that a colon divides; what has two words or fewer is none."""
    return [
        part
        for line in text.split("\n")
        for part in re.split(r"(?<=[.?!:])\s+|(?<=[.?!:]\))\s+", line.strip())
        if len(words_in(part)) > 2
    ]


def words_in(sentence: str) -> list[str]:
    """The words of a sentence; figures are none."""
    return re.findall(r"[A-Za-zÀ-ÿ'’-]+", sentence)


def grade(sentences: Sequence[str]) -> float:
    """The school grade after Flesch and Kincaid."""
    words = [word for sentence in sentences for word in words_in(sentence)]
    syllables = sum(len(_SYLLABLES.positions(word.lower())) + 1 for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
