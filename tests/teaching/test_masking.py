"""What names a person is taken out of examples, and what is left reads as people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disputes.teaching.masking import LONGEST, masked


@pytest.mark.parametrize(
    ("said", "names", "example"),
    [
        ("my mail is mia.hughes@gmail.com ok?", (), "my mail is name@example.com ok?"),
        ("call +44 7911 123456 please", (), "call +44 7700 900000 please"),
        ("where is order 20417?", (), "where is order 12345?"),
        ("my complaint CD-TH10-K237 please", (), "my complaint CD-0000-0000 please"),
        ("This is Mia Hughes, it is late", ("Mia Hughes",), "This is Alex, it is late"),
        ("mia here, hughes is my name", ("Mia Hughes",), "Alex here, Alex is my name"),
        ("my name is Zoë Zieliński and it broke", (), "my name is Alex and it broke"),
        ("ask Mr. Bennett about it", (), "ask Mr. Alex about it"),
        ("card 4929123412341234 was charged", (), None),
        ("see https://shop.example/track/123?mail=a", (), "see https://example.com"),
        ("it is\n late [now](problem_late)", (), "it is late now problem_late"),
        ("/problem_late", (), "problem_late"),
        ("- it is late", (), "it is late"),
        ("I waited 3 weeks and paid 49.90 euros", (), "I waited 3 weeks and paid 49.90 euros"),
        ("mama mia what a mess", ("Amelia Miamoto",), "mama mia what a mess"),
    ],
)
def test_masking(said: str, names: tuple[str, ...], example: str | None) -> None:
    found = masked(said, names)
    if example is not None:
        assert found == example
    assert "4929123412341234" not in found
    assert masked(found, names) == found


def test_no_longer_than_an_example() -> None:
    assert len(masked("word " * 500)) <= LONGEST


@given(st.text(max_size=200))
def test_one_line_without_signs_of_the_format(said: str) -> None:
    found = masked(said, ["Mia Hughes"])
    assert "\n" not in found
    assert not set(found) & set("[]{}|<>")
    assert not found.startswith(("-", "/"))
