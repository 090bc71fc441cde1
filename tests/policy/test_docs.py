"""docs/policy.md names everything that can be set, and nothing else."""

import re
from pathlib import Path

from disputes import policy
from disputes.policy.models import Clocks, PolicyFile, When

DOC = (Path(__file__).parents[2] / "docs" / "policy.md").read_text()


class TestDocs:
    def test_name_every_part_and_every_clock_in_the_order_of_the_file(self) -> None:
        parts = re.findall(r"`(\w+)`", section("What is in it").partition("\nKeys")[0])
        assert [name for name in parts if not re.match(r"C\d", name)] == [
            name for name in PolicyFile.model_fields if name != "version"
        ]
        clocks = re.findall(r"`(\w+)`", table(section("Clocks")))
        assert [name for name in clocks if name != "null"] == list(Clocks.model_fields)

    def test_name_every_condition_of_a_remedy(self) -> None:
        for name in When.model_fields:
            assert f"`{name}" in section("Remedies")

    def test_name_every_word_that_texts_may_use(self) -> None:
        named = set(re.findall(r"`\{(\w+)\}`", section("Names in texts").partition("| everywhere |")[2]))
        single = {name for name, figure in policy.current().clocks if isinstance(figure, int)}
        assert set(policy.current().words) == (named & set(policy.current().words)) | single


def section(title: str) -> str:
    return DOC.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def table(text: str) -> str:
    return "\n".join(line.split("|")[1] for line in text.splitlines() if line.startswith("|"))
