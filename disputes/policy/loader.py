"""Reads `policy.yml`; a mistake is told with the file, the line and what is expected there."""

import hashlib
import types
import typing
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from disputes.errors import DisputesError
from disputes.policy import checks, yaml_lines
from disputes.policy.models import PolicyFile
from disputes.policy.policy import Policy
from disputes.policy.texts import key_of
from disputes.settings import settings

MOST_SHOWN = 10

_EXPECTED = {
    "missing": "a value: this key is missing",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "text; put it in quotation marks",
    "decimal_parsing": "an amount such as 150.00",
    "decimal_type": "an amount such as 150.00",
    "decimal_max_places": "an amount with at most two places, such as 150.00",
    "list_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "time_parsing": 'hours such as "09:00-17:30"',
    "date_from_datetime_parsing": "a date such as 2026-12-24",
    "url_parsing": "an address such as https://example.com",
}


@dataclass(frozen=True)
class Problem:
    """One mistake: where it is, and what should stand there."""

    line: int
    key: str
    expected: str

    def __str__(self) -> str:
        key = f"{self.key}: " if self.key else ""
        return f"line {self.line}: {key}expected {self.expected}"


class PolicyError(DisputesError):
    """The policy cannot be used. `line` and `expected` are of the first mistake; `problems` has all."""

    code = "policy"

    def __init__(self, file: Path, problems: list[Problem]) -> None:
        self.file = file
        self.problems = sorted(problems, key=lambda problem: problem.line)
        self.line = self.problems[0].line
        self.expected = self.problems[0].expected
        lines = [f"{file}, {problem}" for problem in self.problems[:MOST_SHOWN]]
        if len(self.problems) > MOST_SHOWN:
            lines.append(f"and {len(self.problems) - MOST_SHOWN} more")
        super().__init__("\n".join(lines))


def load(path: Path) -> Policy:
    """The policy in that file. Raises `PolicyError` when it cannot be read, or anything in it is wrong."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as fault:
        raise PolicyError(path, [Problem(1, "", f"a readable file ({fault.strerror})")]) from fault
    except UnicodeDecodeError as fault:
        line = fault.object[: fault.start].count(b"\n") + 1
        raise PolicyError(path, [Problem(line, "", "text in UTF-8")]) from fault
    try:
        values, lines = yaml_lines.read(text)
    except yaml_lines.YamlError as fault:
        raise PolicyError(path, [Problem(fault.line, "", fault.expected)]) from fault
    try:
        file = PolicyFile.model_validate(values)
    except ValidationError as fault:
        raise PolicyError(path, [_problem(error, lines) for error in fault.errors()]) from fault
    found = checks.findings(file)
    if found:
        raise PolicyError(path, [Problem(_line(place, lines), key_of(place), expected) for place, expected in found])
    return Policy(file, hashlib.sha256(raw).hexdigest(), text)


@cache
def current() -> Policy:
    """The policy of this process, from `POLICY_FILE`; read once."""
    return load(settings().policy_file)


def _problem(error: ErrorDetails, lines: yaml_lines.Lines) -> Problem:
    place = tuple(part for part in error["loc"] if part != "[key]")
    kind = error["type"]
    if kind == "extra_forbidden" or error["loc"][-1:] == ("[key]",):
        expected = _known_key(place, error)
    elif kind == "literal_error":
        expected = f"one of {error['ctx']['expected']}; not {error['input']!r}"
    elif kind in ("greater_than_equal", "less_than_equal"):
        expected = f"{error['msg'].removeprefix('Input should be ')}; not {error['input']}"
    elif kind == "string_pattern_mismatch":
        expected = f"text of the form {error['ctx']['pattern']}; not {error['input']!r}"
    else:
        expected = _EXPECTED.get(kind, error["msg"].removeprefix("Input should be "))
        if kind != "missing" and isinstance(error["input"], str | int):
            expected += f"; not {str(error['input'])[:60]!r}"
    return Problem(_line(place, lines), key_of(place), expected)


def _known_key(place: yaml_lines.Path, error: ErrorDetails) -> str:
    known = _keys_at(place[:-1])
    if not known:
        return f"a known name ({error['msg']})"
    close = get_close_matches(str(place[-1]), known, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"known here: {', '.join(known)}"
    return f"a key that is known; {hint}"


def _keys_at(place: yaml_lines.Path) -> list[str]:
    """The keys that the policy knows at that place; empty where any name is allowed."""
    kind: object = PolicyFile
    for part in place:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(str(part))
            kind = field.annotation if field else None
        else:
            kind = next(reversed(typing.get_args(kind)), None)
        kind = _inside(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return list(kind.model_fields)
    names = typing.get_args(kind)[:1]
    return [str(name) for name in typing.get_args(names[0])] if names and typing.get_origin(kind) is dict else []


def _inside(kind: object) -> object:
    """The type without None and without what `Annotated` adds."""
    if typing.get_origin(kind) is typing.Annotated:
        return _inside(typing.get_args(kind)[0])
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return _inside(next(part for part in typing.get_args(kind) if part is not type(None)))
    return kind


def _line(place: yaml_lines.Path, lines: yaml_lines.Lines) -> int:
    """The line of that place, or of the nearest thing around it."""
    while place not in lines:
        place = place[:-1]
    return lines[place]
