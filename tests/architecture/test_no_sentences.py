"""No sentence for customers stands in Python: what they read is in files, which another language replaces."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from disputes.words import ROOT

SPEAK_TO_CUSTOMERS = (
    "actions", "disputes/api", "disputes/cases", "disputes/chat", "disputes/edge", "disputes/files",
    "disputes/inbound", "disputes/investigation", "disputes/mediation", "disputes/notifications", "disputes/offers",
    "disputes/orders", "disputes/policy", "disputes/records", "disputes/site", "disputes/errors.py",
)  # fmt: skip

ONLY_STAFF = {
    "disputes/cases/service.py": "the acts of staff with a case",
    "disputes/cases/tasks.py": "the work of staff",
    "disputes/chat/calls.py": "calls that staff note",
    "disputes/chat/care.py": "hints of care, which only staff read",
    "disputes/chat/desk_sockets.py": "the sockets of the desk",
    "disputes/chat/desk_view.py": "what the desk shows of a chat",
    "disputes/chat/transfer.py": "passing a chat on",
    "disputes/inbound/service.py": "mail that staff sort",
    "disputes/inbound/effects.py": "a note in the mailbox of staff",
    "disputes/investigation/plan.py": "the plan of an investigation",
    "disputes/mediation/neutrals.py": "who may be proposed as a neutral person",
    "disputes/offers/making.py": "writing an answer",
    "disputes/offers/schemas.py": "the form of an answer",
    "disputes/policy/policy.py": "why staff may not suggest mediation",
    "disputes/records/erasure.py": "erasing, which staff do",
    "disputes/records/hold.py": "holding a case, which managers do",
    "disputes/records/terms.py": "why staff cannot erase a case yet",
}
NO_READER = {
    "disputes/api/inbound_mail.py": "read by the program of a mail provider",
    "disputes/api/schemas.py": "examples in the documentation of the API",
    "disputes/chat/rasa_client.py": "for the log; the customer reads a line of lines.yml",
    "disputes/orders/stand_in.py": "a pretended order system",
    "disputes/policy/checks.py": "for whoever writes a policy",
    "disputes/policy/loader.py": "for whoever writes a policy",
    "disputes/records/export.py": "for the command line",
    "disputes/records/verify.py": "for the command line",
    "disputes/site/dev_mail.py": "the letters of a machine of ours",
    "disputes/site/shop.py": "the demo shop; a real shop has its own pages",
}
STAFF_IN_FUNCTIONS = {
    "disputes/cases/states.py": {"why_not", "may_decide", "_relation_missing"},
    "disputes/cases/timeline.py": {"_staff_words"},
    "disputes/chat/files_to_case.py": {"ask_by_staff"},
    "disputes/chat/handoff.py": {"give_to", "mark", "why_not_yours"},
    "disputes/investigation/evidence.py": {"_check_sender"},
    "disputes/investigation/questions.py": {"ask", "_read", "_check_answerer"},
    "disputes/mediation/access.py": {"as_neutral", "why_not_speak_for"},
    "disputes/mediation/attempts.py": {"propose", "why_not_propose"},
    "disputes/mediation/confidential.py": {"write_to_party"},
    "disputes/mediation/settlements.py": {"propose_settlement"},
    "disputes/mediation/wishes.py": {"decline_request"},
    "disputes/offers/remedies.py": {"deliver", "none_on_its_way", "_may_be_delivered", "_only_case_workers"},
}
"""Files that speak to both, and their functions that speak to staff alone."""

SENTENCE = re.compile(r"\w[\w’'\"”-]*[,;:]? .*\w[)”\"']*[.?!…][)”\"']*$", re.DOTALL)


def files() -> Iterator[Path]:
    for place in SPEAK_TO_CUSTOMERS:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if str(file.relative_to(ROOT)) not in ONLY_STAFF | NO_READER:
                yield file


def sentences_in(tree: ast.AST, function: str = "") -> Iterator[tuple[str, int, str]]:
    """What looks like a sentence, docstrings apart: the function around it, the line, the words."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from sentences_in(node, node.name)
            continue
        words = words_of(node)
        if words is None:
            yield from sentences_in(node, function)
        elif SENTENCE.search(words.strip()):
            yield function, getattr(node, "lineno", 0), words


def words_of(node: ast.AST) -> str | None:
    """The words of a string; the values in it are a sign."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    return None


@pytest.mark.parametrize("file", list(files()), ids=lambda file: str(file.relative_to(ROOT)))
def test_no_sentence_for_customers_stands_in_python(file: Path) -> None:
    staff = STAFF_IN_FUNCTIONS.get(str(file.relative_to(ROOT)), set())
    found = [
        f"{function} {line}: {words}"
        for function, line, words in sentences_in(ast.parse(file.read_text(encoding="utf-8")))
        if function not in staff
    ]
    assert found == [], "put it into a file of SENTENCES in disputes/words.py"


def test_no_exception_is_left_over() -> None:
    for name in ONLY_STAFF | NO_READER:
        assert list(sentences_in(ast.parse((ROOT / name).read_text(encoding="utf-8")))), name
    for name, functions in STAFF_IN_FUNCTIONS.items():
        tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
        assert functions == functions & {function for function, _, _ in sentences_in(tree)}, name


@pytest.mark.parametrize(
    ("code", "is_one"),
    [
        ("raise Invalid('Please tell us more.')", True),
        ("say = f'We write to you by {day}.'", True),
        ("found = words['a']", False),
        ("'A docstring says this.'", False),
        ("pattern = 'no full stop'", False),
    ],
)
def test_a_sentence_is_seen(code: str, is_one: bool) -> None:
    assert bool(list(sentences_in(ast.parse(code)))) == is_one
