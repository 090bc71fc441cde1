"""A letter as a PDF to keep: made from the text of the letter when it is asked for, and never stored.

Typst sets it, in a process of its own that ends with the page: see `_typeset`. The letter goes in as data, so that
nothing a person typed is read as markup. The same text gives the same bytes.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

from disputes import policy
from disputes.notifications.letters import Letter
from disputes.words import file_of

TEMPLATE: Final = "disputes/notifications/letter.typ"
SECONDS: Final = 30.0
_ROW = re.compile(r"^([^\W\d_][^:>]{0,39}): {2,}(\S.*)$")
_ITEM = re.compile(r"^(\d+\.|-) {1,2}(\S.*)$")
_REFERENCE = re.compile(r"\b[A-Z]{2}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
_TYPESET: Final = """
import sys, typst
sys.stdout.buffer.write(typst.compile(sys.argv[1], format="pdf", sys_inputs={"letter": sys.stdin.read()}, timestamp=0))
"""

type Part = dict[str, str]


class NoPdf(Exception):
    """The document could not be made. Its message has no word of the letter."""


def letter_pdf(letter: Letter) -> bytes:
    """The letter as an A4 PDF with its fonts in it; raises `NoPdf`."""
    content = {"title": letter.subject, "shop": policy.current().shop.name, "parts": list(parts_of(letter.text))}
    return _typeset(json.dumps(content))


def file_name(letter: Letter) -> str:
    """A name for the file: the reference, and nothing about a person."""
    found = _REFERENCE.search(letter.subject)
    return f"{found[0] if found else 'letter'}.pdf"


def parts_of(text: str) -> Iterator[Part]:
    """The parts of a letter's text, as `letters.blocks` wrote them: kind, words, and for rows and items a label."""
    body, _, footer = text.partition("\n--\n")
    for paragraph in re.split(r"\n{2,}", body.strip("\n")):
        yield from _of_paragraph(paragraph.split("\n"))
    if footer:
        yield {"kind": "small", "words": footer.strip()}


def _of_paragraph(lines: list[str]) -> Iterator[Part]:
    if all(line.startswith(">") for line in lines):
        yield {"kind": "quote", "words": "\n".join(line.removeprefix(">").removeprefix(" ") for line in lines)}
    elif len(lines) == 1 and lines[0].isupper():
        yield {"kind": "heading", "words": lines[0].capitalize()}
    elif _ROW.match(lines[0]) or _ITEM.match(lines[0]):
        yield from _labelled(lines)
    elif len(lines) == 2 and re.match(r"^  \S", lines[1]):
        yield {"kind": "row", "label": lines[0], "words": lines[1].strip()}
    else:
        yield {"kind": "para", "words": "\n".join(lines)}


def _labelled(lines: list[str]) -> Iterator[Part]:
    part: Part | None = None
    for line in lines:
        row, item = _ROW.match(line), _ITEM.match(line)
        if row or item:
            if part:
                yield part
            found = row or item
            part = {
                "kind": "row" if row else "item",
                "label": found[1] if found else "",
                "words": found[2] if found else "",
            }
        elif part:
            part["words"] += "\n" + line.strip()
    if part:
        yield part


def _typeset(content: str) -> bytes:
    """Runs Typst in a process of its own: its fonts and compiler would stay in the worker's memory for ever."""
    try:
        made = subprocess.run(
            [sys.executable, "-I", "-c", _TYPESET, str(file_of(TEMPLATE))],
            input=content.encode(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as fault:
        raise NoPdf(type(fault).__name__) from None  # what the compiler says may quote the letter
    return made.stdout
