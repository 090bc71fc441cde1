"""Transcripts: conversations written down as exact turns, in YAML, and how they are read and written again.

A file is a list of conversations. Each has a `title`, a `kind` (happy, correction, digression, cancellation, refusal,
confusion, return), `points` and `turns`. Points are what the customer can do: 1 tell a problem, 2 be helped informally,
3 file, 4 ask for progress, 5 act on the case, 6 ask about the process, 7 get a person, 8 small talk, nonsense, other
languages. A turn is one thing that the customer (or an agent) does, and all that is shown because of it:

    - say: my parcel never arrived      typed words
    - press: I do not have one          the newest button of this title, or a card's "Change Name"
    - code: mia.hughes@example.com      types the code that was mailed to this address
    - later: 1 day                      that time goes by; nothing is sent
    - agent: takes | says ... | hands back ... | files ... | settles ... | ends
    - desk: arrives | takes the case | asks ... | suggests mediation | answers | answers finally
                                      somebody works on the complaint
    - end: chat                         the customer ends the chat
    - file: lamp.png                    sends a picture of this name
    - long: 10001                       types so many characters

What is shown is `bot:` (`team:` for a person, `chat:` for the chat itself), buttons in brackets, cards line by line.
Dates, references, addresses of this run and links are put in words: <date>, <reference>, <site>.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

FOLDER: Final = Path(__file__).parent / "conversations"
KINDS: Final = frozenset({"happy", "correction", "digression", "cancellation", "refusal", "confusion", "return"})
DOES: Final = ("say", "press", "code", "later", "agent", "desk", "end", "file", "long")
SHOWN: Final = ("bot", "team", "chat")

_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_CHANGING: Final = (
    (re.compile(r"CD-[0-9A-Z]{4}-[0-9A-Z]{4}"), "<reference>"),
    (re.compile(rf"(?:{_DAY},? )?\d{{1,2}} {_MONTH}(?: \d{{4}})?"), "<date>"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "<site>"),
    (re.compile(r"/case/[\w.~-]+"), "/case/<link>"),
)


@dataclass
class Line:
    """One thing that was shown: who showed it, and what."""

    who: str
    text: str


@dataclass
class Step:
    """One turn: what is done, and what is shown because of it."""

    does: str
    what: str
    shown: list[Line] = field(default_factory=list)


@dataclass
class Conversation:
    """A conversation from its first message on; the greeting has been read."""

    title: str
    points: list[int]
    kind: str
    steps: list[Step]
    file: Path

    @property
    def needs_somebody(self) -> bool:
        """Whether somebody is at the desk: no other conversation can be played meanwhile."""
        return any(step.does == "agent" or step.what == "arrives" for step in self.steps)

    @property
    def name(self) -> str:
        """File and title, for the list of tests."""
        return f"{self.file.stem}: {self.title}"


def conversations() -> list[Conversation]:
    """Every transcript there is, in the order of files and lines."""
    return [each for file in sorted(FOLDER.glob("*.yml")) for each in read(file)]


def read(file: Path) -> list[Conversation]:
    """The transcripts of a file. ValueError names the one that is not written as it should be."""
    found = []
    for entry in yaml.safe_load(file.read_text(encoding="utf-8")):
        steps = [_step(turn) for turn in entry["turns"]]
        kind, points = entry["kind"], entry["points"]
        if kind not in KINDS or not steps or not set(points) <= set(range(1, 9)):
            raise ValueError(f"{file.name}, {entry['title']}: kind, points or turns")
        found.append(Conversation(entry["title"], points, kind, steps, file))
    return found


def write(file: Path, found: list[Conversation]) -> None:
    """Writes the transcripts of a file again; the comment on top stays."""
    head = "".join(line for line in file.read_text(encoding="utf-8").splitlines(keepends=True) if line.startswith("#"))
    entries = [
        {
            "title": each.title,
            "points": each.points,
            "kind": each.kind,
            "turns": [_as_turn(step) for step in each.steps],
        }
        for each in found
    ]
    body = "\n".join(
        yaml.dump([entry], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=116) for entry in entries
    )
    file.write_text(head + body, encoding="utf-8")


def steady(text: str) -> str:
    """The text with everything that differs from run to run put in words."""
    for pattern, word in _CHANGING:
        text = pattern.sub(word, text)
    return text


def _step(turn: dict[str, Any]) -> Step:
    does = [name for name in DOES if name in turn]
    if len(does) != 1:
        raise ValueError(f"a turn does one thing: {turn}")
    lines = [Line(who, text) for each in turn.get("shown", []) for who, text in each.items()]
    if any(line.who not in SHOWN for line in lines):
        raise ValueError(f"nobody of that name shows anything: {turn}")
    return Step(does[0], str(turn[does[0]]), lines)


def _as_turn(step: Step) -> dict[str, Any]:
    turn: dict[str, Any] = {step.does: step.what}
    if step.shown:
        turn["shown"] = [{line.who: line.text} for line in step.shown]
    return turn


class _Dumper(yaml.SafeDumper):
    """Long texts in blocks, lists indented under their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)
