"""docs/policy.md names everything that can be set, and nothing else."""

import re
from pathlib import Path
from typing import get_args

from disputes import policy
from disputes.policy.kinds import WAYS
from disputes.policy.models import (
    Chat,
    ClockChanges,
    Clocks,
    OutcomeCode,
    OutsideOptions,
    Points,
    PolicyFile,
    Retention,
    WatchWords,
    When,
)

DOC = (Path(__file__).parents[2] / "docs" / "policy.md").read_text()


class TestDocs:
    def test_name_every_part_and_every_clock_in_the_order_of_the_file(self) -> None:
        parts = re.findall(r"`(\w+)`", section("What is in it").partition("\nKeys")[0])
        assert [name for name in parts if not re.match(r"C\d", name)] == [
            name for name in PolicyFile.model_fields if name != "version"
        ]
        clocks = re.findall(r"`(\w+)`", table(section("Clocks")))
        assert [name for name in clocks if name != "null"] == list(Clocks.model_fields)

    def test_say_which_clocks_a_category_may_have_for_itself(self) -> None:
        rows = [line.split("|") for line in section("Clocks").splitlines() if line.startswith("| `")]
        own = [name for row in rows if row[2].strip() == "yes" for name in re.findall(r"`(\w+)`", row[1])]
        assert own == list(ClockChanges.model_fields)

    def test_name_every_condition_of_a_remedy(self) -> None:
        for name in When.model_fields:
            assert f"`{name}" in section("Remedies")

    def test_name_everything_that_is_kept(self) -> None:
        assert re.findall(r"`(\w+)`", table(section("What is kept how long"))) == list(Retention.model_fields)

    def test_name_every_figure_of_the_chat(self) -> None:
        rows = [line.split("|")[1] for line in section("Chats with people").splitlines() if line.startswith("| `")]
        assert [row.strip(" `") for row in rows] == list(Chat.model_fields)

    def test_name_every_outcome_and_every_way(self) -> None:
        said = section("What happens, in words")
        for name in (*get_args(OutcomeCode), *(f"_by_{way}" for way in WAYS)):
            assert name in said

    def test_name_every_key_of_what_has_a_section_of_its_own(self) -> None:
        for model, title in (
            (Points, "What is looked into"),
            (WatchWords, "What is looked into"),
            (OutsideOptions, "Options outside the shop"),
        ):
            for name in model.model_fields:
                assert f"`{name}`" in section(title)
        for name in ("categories", "smallest_amount", "not_when", "not_for"):
            assert f"`{name}`" in section("Mediation")

    def test_name_every_word_that_texts_may_use(self) -> None:
        named = set(re.findall(r"`\{(\w+)\}`", section("Names in texts").partition("| everywhere |")[2]))
        single = {name for name, figure in policy.current().clocks if isinstance(figure, int)}
        assert set(policy.current().words) == (named & set(policy.current().words)) | single


def section(title: str) -> str:
    return DOC.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def table(text: str) -> str:
    return "\n".join(line.split("|")[1] for line in text.splitlines() if line.startswith("|"))
