"""The words of a mail: without mark-up, without the history below them, without the signature."""

import re
from html.parser import HTMLParser
from typing import Final

from mailparser_reply import EmailReplyParser

LANGUAGES: Final = ["en", "de", "fr", "es", "it", "nl"]
LONGEST_TEXT: Final = 16_000
WINDOW: Final = 4_000
"""Characters that the patterns for history see at once: on more, some texts keep them busy for minutes."""

_BLOCKS: Final = frozenset(
    {"br", "p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "blockquote", "pre", "hr"}
)
_UNSEEN: Final = frozenset({"script", "style", "head", "title", "template"})
_QUOTES: Final = frozenset({"blockquote"})
_BLANKS: Final = re.compile(r"\n(?:[ \t]*\n){2,}")
_SPACES: Final = re.compile(r"[ \t\xa0]{3,}")


class _Words(HTMLParser):
    """Collects the text of a page, with line breaks where a reader sees them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._unseen = 0
        self._quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        if tag in _QUOTES:
            self._quotes += 1
        if tag in _BLOCKS:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        if tag in _QUOTES:
            self._quotes = max(0, self._quotes - 1)
        if tag in _BLOCKS and tag != "br":
            self._break()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words.append(re.sub(r"\s+", " ", data))

    def _break(self) -> None:
        self.words.append("\n" + "> " * min(self._quotes, 3))


def text_of_html(page: str) -> str:
    """What a reader would see of an HTML mail; quotations are marked with ">" as in plain text."""
    reader = _Words()
    try:
        reader.feed(page)
        reader.close()
    except (AssertionError, ValueError, RecursionError):
        return re.sub(r"<[^<>]*>", " ", page)
    lines = (line.strip() for line in "".join(reader.words).split("\n"))
    return _BLANKS.sub("\n\n", "\n".join(line for line in lines if line != ">")).strip()


def new_part(original: str) -> str:
    """What its sender added in this mail; all of it when nothing would be left. At most `LONGEST_TEXT` characters."""
    text = _SPACES.sub("  ", _BLANKS.sub("\n\n", original)).strip()[:LONGEST_TEXT]
    found: list[str] = []
    for window in _windows(text):
        replies = EmailReplyParser(languages=LANGUAGES).read(window).replies
        found.append(replies[0].body if replies else window)
        if len(replies) > 1:
            break
    lines = "\n".join(found).strip().split("\n")
    while lines and (lines[-1].lstrip().startswith(">") or not lines[-1].strip()):
        lines.pop()
    words = "\n".join(lines).strip()[:LONGEST_TEXT]
    own = [line for line in lines if line.strip() and not line.lstrip().startswith(">")]
    return words if own else text


def _windows(text: str) -> list[str]:
    windows = []
    while len(text) > WINDOW:
        cut = text.rfind("\n", WINDOW // 2, WINDOW)
        cut = cut if cut > 0 else WINDOW
        windows.append(text[:cut])
        text = text[cut:]
    return [*windows, text]
