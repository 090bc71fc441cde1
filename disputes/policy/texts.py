"""Every sentence of a policy file that may hold names in braces, with its place."""

from collections.abc import Iterator
from typing import Final

from disputes.policy.models import PolicyFile
from disputes.policy.words import ORDER_WORDS, STAFF_WORDS
from disputes.policy.yaml_lines import Path

OUTSIDE_TEXTS: Final = ("general", "takes_part", "time_limits")
NONE: Final[frozenset[str]] = frozenset()


def texts(file: PolicyFile) -> Iterator[tuple[Path, str, frozenset[str]]]:
    """Each text as its place in the file, its words, and the names it may use beside the general ones."""
    for clause_id, clause in file.clauses.items():
        yield ("clauses", clause_id, "text"), clause.text, NONE
        for name, answer in clause.answers.items():
            yield ("clauses", clause_id, "answers", name), answer, NONE
    for number, rule in enumerate(file.remedies):
        yield ("remedies", number, "text"), rule.text, ORDER_WORDS
    for state, stage in file.stages.items():
        yield ("stages", state, "next_step"), stage.next_step, NONE
    for kind, line in file.history.items():
        yield ("history", kind), line, STAFF_WORDS
    for kind, sentence in file.tasks.items():
        yield ("tasks", kind), sentence, NONE
    for number, reseller in enumerate(file.resellers):
        yield ("resellers", number, "pointer"), reseller.pointer, NONE
    yield ("mediation", "cost"), file.mediation.cost, NONE
    for name in OUTSIDE_TEXTS:
        yield ("outside_options", name), getattr(file.outside_options, name), NONE


def key_of(place: Path) -> str:
    """ "clauses.C6.text"; what stands in a list is counted from 1, as people do: "remedies[2].text"."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
