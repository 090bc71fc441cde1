"""How a language says what is looked for in messages: patterns and words, kept as data so that another language is
another file.

Read once. A file that lacks a name, has one too many, or has a pattern that is none, is refused with what is wrong.
"""

import re
from functools import cache
from typing import Annotated, Any, Final

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from disputes.words import file_of, language_dir

READING: Final = "actions/reading.yml"
NAME: Final = "name"


def _compiled(written: Any) -> re.Pattern[str]:
    each = written if isinstance(written, list) else [written]
    if not each or not all(isinstance(pattern, str) and pattern for pattern in each):
        raise ValueError("must be a pattern or a list of patterns")
    try:
        return re.compile("|".join(each), re.IGNORECASE)
    except re.error as fault:
        raise ValueError(f"is not a regular expression: {fault}") from fault


def _with_name(pattern: re.Pattern[str]) -> re.Pattern[str]:
    if NAME not in pattern.groupindex:
        raise ValueError(f"must have the group (?P<{NAME}>...)")
    return pattern


def _split(written: Any) -> frozenset[str]:
    return frozenset(str(written).split())


Pattern = Annotated[re.Pattern[str], BeforeValidator(_compiled)]
NamePattern = Annotated[Pattern, AfterValidator(_with_name)]
Words = Annotated[frozenset[str], BeforeValidator(_split)]


class Phrases(BaseModel):
    """What the file must have, to the name; what each is for stands in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    says_name: NamePattern
    name_instead: NamePattern
    introduces: NamePattern
    first_and_last: NamePattern
    name_ends: Pattern
    after_name: Pattern
    title: Pattern
    no_name: Pattern
    no_names: Words
    no_names_when_small: Words
    names_too: Words
    label: Pattern
    salutation: Pattern
    puts_aside: Pattern
    yes: Pattern
    no: Pattern
    no_and_why: Pattern
    for_later: Pattern
    but: Pattern
    asks: Pattern
    has_none: Pattern
    has_no_mail: Pattern
    refuses: Pattern
    wishes: Pattern
    puts_right: Pattern
    asks_to_file: Pattern
    would_file: Pattern
    takes_complaint_back: Pattern
    means_description: Pattern
    means_contact: Pattern
    means_order_number: Pattern
    means_complainant_name: Pattern
    means_category: Pattern
    not_this_but_that: Pattern
    wants_manager: Pattern
    asks_about_files: Pattern
    asks_about_rights: Pattern
    asks_about_time_limits: Pattern
    asks_who_pays: Pattern
    asks_how_long_kept: Pattern
    asks_what_next: Pattern
    names_its_topic: Pattern
    asks_about: dict[str, dict[str, Pattern]]
    not_in_policy: dict[str, Pattern]
    says_number: Pattern
    labels: Words
    letters_begin_with: Annotated[tuple[str, ...], Field(min_length=1)]
    small_words: Words
    foreign_small_words: Words

    def means(self, slot: str) -> re.Pattern[str]:
        """What speaks of the field that this slot holds."""
        meant: re.Pattern[str] = getattr(self, f"means_{slot}")
        return meant


@cache
def phrases() -> Phrases:
    """Those of the language of this process. Raises `ValueError` that says which line of the file is wrong."""
    return Phrases.model_validate(yaml.safe_load(file_of(READING).read_text(encoding="utf-8")))


def knows_its_language() -> bool:
    """Whether the patterns are of the language that the assistant speaks: English, or one with a file of its own."""
    folder = language_dir()
    return folder is None or (folder / READING).exists()
