"""What is told as the description is in the complaint to the letter, whatever it is like."""

from pathlib import Path

import pytest
import yaml

from tests.dialogue.conftest import Bot, Filed

pytestmark = pytest.mark.rasa

STORIES = yaml.safe_load(Path(__file__).with_name("stories.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: " ".join(story.split()[:4]))
def test_a_long_story_is_kept(bot: Bot, filed: Filed, story: str) -> None:
    bot.tell("file a complaint", "/problem_other", "Maya Lindt", "maya.lindt@example.com", "/no_order_number")
    summary = bot.say(story)
    assert summary.row("Reach you at") == "maya.lindt@example.com"
    assert filed(bot.say("/confirm_filing").row("Reference")).description == story
