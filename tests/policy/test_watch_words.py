"""Words that mark a case as urgent or restricted."""

import pytest

from disputes import policy
from disputes.policy.watch import WatchList


class TestUrgent:
    @pytest.mark.parametrize(
        "text",
        [
            "The lamp caught fire!",
            "It CAUGHT\nFIRE last night",
            "My son was injured by the shelf",
            "I got an electric shock from the kettle",
            "there was smoke coming out of it",
            "This chair is not safe.",
        ],
    )
    def test_is_what_may_hurt_somebody(self, text: str) -> None:
        assert policy.current().is_urgent(text)

    @pytest.mark.parametrize(
        "text", ["My parcel is late", "The smoke grey vase has a chip", "You fired back a rude answer", "", "***"]
    )
    def test_is_nothing_else(self, text: str) -> None:
        assert not policy.current().is_urgent(text)


class TestRestricted:
    @pytest.mark.parametrize(
        "text", ["I am pregnant and cannot carry it", "because of my religion", "I have diabetes", "my race"]
    )
    def test_is_what_tells_of_health_belief_or_origin(self, text: str) -> None:
        assert policy.current().is_restricted(text)

    @pytest.mark.parametrize("text", ["Christian from your team was rude", "You disabled my account", "late again"])
    def test_is_nothing_else(self, text: str) -> None:
        assert not policy.current().is_restricted(text)


class TestCare:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("I'm ill and could not answer", "i m ill"),
            ("Sorry, I was in hospital for weeks", "in hospital"),
            ("My wife passed away in May", "passed away"),
            ("I use a wheelchair", "wheelchair"),
            ("I can't pay for food this week", "can t pay for food"),
            ("it is for my newborn", "newborn"),
        ],
    )
    def test_is_what_staff_should_hear_of(self, text: str, found: str) -> None:
        assert policy.current().care_words(text) == found

    @pytest.mark.parametrize(
        "text",
        ["I am sick of waiting", "The blinds are broken", "You disabled my account", "My child broke the vase", ""],
    )
    def test_is_nothing_else(self, text: str) -> None:
        assert policy.current().care_words(text) is None


class TestWatchList:
    def test_finds_whole_words_only(self) -> None:
        assert WatchList(["gas leak"]).is_in("A gas-leak, I think")
        assert not WatchList(["gas leak"]).is_in("gas leaks")

    def test_takes_a_star_for_any_ending(self) -> None:
        assert WatchList(["injur*"]).is_in("an injury")
        assert not WatchList(["injur*"]).is_in("uninjured")

    def test_without_words_finds_nothing(self) -> None:
        assert not WatchList([]).is_in("anything")
        assert not WatchList(["", "*"]).is_in("anything")
