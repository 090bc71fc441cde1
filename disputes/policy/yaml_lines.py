"""Reads YAML and remembers on which line every value stands, so that a mistake can be shown where it is."""

import re
from typing import Any

import yaml

type Path = tuple[str | int, ...]
type Lines = dict[Path, int]


class YamlError(Exception):
    """The text is not a mapping in YAML; `line` counts from 1, `expected` says what should stand there."""

    def __init__(self, line: int, expected: str) -> None:
        super().__init__(expected)
        self.line = line
        self.expected = expected


class _PlainLoader(yaml.SafeLoader):
    """Knows null, true, false and whole numbers; all else is text.

    YAML 1.1 also turns NO into false, 09:30 into 570 and 0.1 into a binary fraction: in a policy these are
    a country, an hour and an amount of money.
    """


_PlainLoader.yaml_implicit_resolvers = {}
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))


def read(text: str) -> tuple[dict[str, Any], Lines]:
    """The values of a YAML mapping, and the line of each path in it. Raises `YamlError`."""
    loader = _PlainLoader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise YamlError(1, "a mapping of keys and values")
        lines: Lines = {(): 1}
        return _mapping(loader, node, (), lines), lines
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        raise YamlError(mark.line + 1 if mark else 1, f"valid YAML ({fault.problem})") from fault
    except yaml.YAMLError as fault:
        raise YamlError(1, f"valid YAML ({fault})") from fault
    finally:
        loader.dispose()


def _value(loader: _PlainLoader, node: yaml.Node, path: Path, lines: Lines) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, item, (*path, number), lines) for number, item in enumerate(node.value)]
    return loader.construct_object(node)


def _mapping(loader: _PlainLoader, node: yaml.MappingNode, path: Path, lines: Lines) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = key_node.value
        if not isinstance(key, str) or key == "<<":
            raise YamlError(line, "a plain name as the key")
        if key in values:
            raise YamlError(line, f"'{key}' only once; it also stands on line {lines[(*path, key)]}")
        lines[(*path, key)] = line
        values[key] = _value(loader, value_node, (*path, key), lines)
    return values
