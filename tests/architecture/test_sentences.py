"""What Python says to customers is in files: each sentence it names is there, with just these blanks; none is left."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from disputes.local.failures import CannotStart
from disputes.local.preflight import check_language
from disputes.words import ROOT, SENTENCES, DoesNotFit, Sentences, blanks_of, check_sentences

LETTERS = "disputes/notifications/letters.yml"
LINES = "disputes/chat/lines.yml"
PAGES = "disputes/sentences.yml"
PROGRAM = ROOT / "disputes"


@dataclass(frozen=True)
class Call:
    """A place of Python that says a sentence: which ones it may be, and the blanks it fills in."""

    where: str
    names: re.Pattern[str]
    blanks: frozenset[str]


def letter_calls() -> Iterator[Call]:
    """Every `say(...)` of the letters; a name that is neither written out nor a pattern is refused."""
    for file in sorted((ROOT / "disputes/notifications/letters").glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        makes = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and is_named(node.func, "Say")]
        sections = {str(node.args[0].value) for node in makes if isinstance(node.args[0], ast.Constant)} | {"shared"}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (is_named(node.func, "say") or node.func in makes):
                yield Call(
                    f"{file.name}:{node.lineno}",
                    re.compile(rf"(?:{'|'.join(sections)})\.{pattern_of(node.args[0])}(?:\.yours|\.ours)?"),
                    frozenset(str(keyword.arg) for keyword in node.keywords),
                )


def is_named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def pattern_of(node: ast.expr) -> str:
    """The name that is said, as a pattern where a part of it is only known later."""
    if isinstance(node, ast.Constant):
        return re.escape(str(node.value))
    assert isinstance(node, ast.JoinedStr), f"line {node.lineno}: write the name of the sentence out"
    return "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+" for part in node.values)


class TestLetters:
    def test_each_sentence_that_is_said_is_there_with_these_blanks(self) -> None:
        known = Sentences(LETTERS).all()
        for call in letter_calls():
            said = [name for name in known if call.names.fullmatch(name)]
            assert said, f"{call.where} says what is not in {LETTERS}"
            for name in said:
                assert blanks_of(known[name]) - {"reference"} == call.blanks, f"{call.where}: {name}"

    def test_none_is_left_over(self) -> None:
        calls = list(letter_calls())
        assert [
            name for name in Sentences(LETTERS).all() if not any(call.names.fullmatch(name) for call in calls)
        ] == []

    def test_both_forms_are_there(self) -> None:
        known = Sentences(LETTERS).all()
        stems = [re.sub(r"(yours|ours)$", "", name) for name in known if re.search(r"\.(yours|ours)$", name)]
        assert [stem for stem in stems if not {f"{stem}yours", f"{stem}ours"} <= set(known)] == []

    def test_no_letter_hides_what_is_shared(self) -> None:
        parts = [name.split(".") for name in Sentences(LETTERS).all()]
        shared = {part[1] for part in parts if part[0] == "shared"}
        assert [part for part in parts if part[0] != "shared" and part[1] in shared] == []


class TestLinesAndPages:
    @pytest.mark.parametrize("file", [LINES, PAGES])
    def test_none_is_left_over(self, file: str) -> None:
        patterns = [pattern for path in sorted(PROGRAM.rglob("*.py")) for pattern in strings_of(path)]
        names = {name: name.partition(".")[2] or name for name in Sentences(file).all()}
        assert [name for name, short in names.items() if not any(each.fullmatch(short) for each in patterns)] == []

    def test_each_that_is_said_by_its_name_is_there_with_these_blanks(self) -> None:
        checked = 0
        for path in sorted(PROGRAM.rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            speakers = {"line": (LINES, "")} | dict(speakers_in(tree))
            for node in ast.walk(tree):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in speakers):
                    continue
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and all(keyword.arg for keyword in node.keywords):
                    file, section = speakers[node.func.id]
                    name = f"{section}{first.value!s}"
                    given = {keyword.arg for keyword in node.keywords}
                    assert blanks_of(Sentences(file).all()[name]) == given, f"{path.name}:{node.lineno} {name}"
                    checked += 1
        assert checked > 200


def speakers_in(tree: ast.Module) -> Iterator[tuple[str, tuple[str, str]]]:
    """What a module says its sentences with: `say = Sentences(file, section)`."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and is_named(node.value.func, "Sentences"):
            file, section = (str(each.value) for each in node.value.args if isinstance(each, ast.Constant))
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, (file, f"{section}.")


def strings_of(path: Path) -> Iterator[re.Pattern[str]]:
    """What may be the name of a sentence in a module: a word, or a pattern with two signs of it at least."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[\w-]+", node.value):
            yield re.compile(node.value)
        elif isinstance(node, ast.JoinedStr):
            fixed = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
            if re.fullmatch(r"[\w.]{2,}", fixed):
                yield re.compile(pattern_of(node))


def test_the_widget_says_each_of_its_words() -> None:
    source = "".join(path.read_text() for path in sorted((ROOT / "widget/src").rglob("*.ts")))
    assert [name for name in Sentences("widget/src/words.json").all() if not re.search(rf"\.{name}\b", source)] == []


class TestALanguage:
    """A file of a language is read over ours, and checked against it."""

    @pytest.fixture
    def language(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr("disputes.words.language_dir", lambda: tmp_path)
        (tmp_path / "disputes/chat").mkdir(parents=True)
        return tmp_path

    def test_what_it_lacks_stays_english(self, language: Path) -> None:
        (language / LINES).write_text("joined: '{name} est là.'\n")
        assert Sentences(LINES)("joined", name="Ann") == "Ann est là."
        assert Sentences(LINES)("back_button") == "Back to the assistant"

    def test_a_sentence_that_nobody_says_is_refused(self, language: Path) -> None:
        (language / LINES).write_text("joint: '{name} est là.'\n")
        with pytest.raises(DoesNotFit, match="joint"):
            check_sentences()

    @pytest.mark.parametrize(
        "sentence", ["Quelqu’un est là.", "{name} {surname} est là.", "{nom} est là.", "{name} est là. }"]
    )
    def test_other_blanks_are_refused(self, language: Path, sentence: str) -> None:
        (language / LINES).write_text(f"joined: '{sentence}'\n")
        with pytest.raises(DoesNotFit, match="joined"):
            check_sentences()

    @pytest.mark.parametrize("text", ["- a list", "joined: 'no end", "one word"])
    def test_what_is_no_such_file_is_refused(self, language: Path, text: str) -> None:
        (language / LINES).write_text(text)
        with pytest.raises(DoesNotFit, match="no file of sentences"):
            check_sentences()

    def test_an_empty_one_changes_nothing(self, language: Path) -> None:
        (language / LINES).write_text("# not begun yet\n")
        check_sentences()
        assert Sentences(LINES)("back_button") == "Back to the assistant"

    def test_the_program_does_not_start_with_one_that_does_not_fit(self, language: Path) -> None:
        (language / LINES).write_text("joint: '{name} est là.'\n")
        with pytest.raises(CannotStart, match="no sentence called joint"):
            check_language()

    def test_ours_fit(self) -> None:
        check_language()


def test_a_blank_without_a_value_is_never_sent() -> None:
    with pytest.raises(KeyError):
        Sentences(LINES)("joined")


def test_only_files_that_are_checked_are_read() -> None:
    with pytest.raises(ValueError, match=r"other\.yml"):
        Sentences("other.yml")
    assert all((ROOT / file).is_file() for file in SENTENCES)
