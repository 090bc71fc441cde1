"""The explanation of the policy as plain text, for the command line."""

from collections.abc import Iterator
from datetime import datetime
from textwrap import wrap
from typing import Final

from disputes.policy.explain import Row, Section, explain, version_of
from disputes.policy.policy import Policy

WIDTH: Final = 88


def plain_page(policy: Policy, at: datetime) -> str:
    """The whole policy at that moment, with headings, in lines of at most `WIDTH` signs."""
    title = f"The dispute policy of {policy.shop.name}"
    parts = [title, "=" * len(title), f"Version {version_of(policy)}, on {policy.say_date(at)}"]
    for section in explain(policy, at):
        parts += ["", *_section(section)]
    return "\n".join(parts)


def _section(section: Section) -> Iterator[str]:
    yield section.title
    yield "-" * len(section.title)
    yield from wrap(section.intro, WIDTH)
    for row in section.rows:
        yield ""
        yield from _row(row, name=row.key if section.id == "clauses" else "")


def _row(row: Row, *, name: str) -> Iterator[str]:
    yield from wrap(f"{name}  {row.term}" if name else row.term, WIDTH)
    yield from wrap(row.words, WIDTH, initial_indent="    ", subsequent_indent="    ")
    for item in row.items:
        yield from wrap(item, WIDTH, initial_indent="    - ", subsequent_indent="      ")
    if row.url:
        yield f"    {row.url}"
