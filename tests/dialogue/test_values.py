"""The rules that find values in a message."""

import time

import pytest

from nlu_components.plain_words import plain
from nlu_components.values import find_values


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("order 10023", [("order_number", "10023")]),
        ("my order is # 10 023.", [("order_number", "10 023")]),
        ("order CN 20011", [("order_number", "CN 20011")]),
        ("a kitchen scale (10052) last year", [("order_number", "10052")]),
        ("order no. cn-10023 and 07700 900123", [("order_number", "cn-10023"), ("phone", "07700 900123")]),
        ("CD-7Q2M-K9XA", [("reference", "CD-7Q2M-K9XA")]),
        ("cd 7q2m k9xa", [("reference", "cd 7q2m k9xa")]),
        ("anna@example.com / 0161 496 0123", [("email", "anna@example.com"), ("phone", "0161 496 0123")]),
        ("phone number is 123456", [("phone", "123456")]),
        ("my number is 10023", [("order_number", "10023")]),
        ("I paid £10023 on 12.03.2026 at 14:30", [("amount", "10023.00 GBP"), ("date", "12/03/2026")]),
        ("45.50 EUR, 2 weeks, 3 lamps in 2025", [("amount", "45.50 EUR")]),
        ("i waited 10023 days", []),
        ("order 10025 3 WEEKS LATE", [("order_number", "10025")]),
        ("", []),
    ],
)
def test_values(text: str, found: list[tuple[str, str]]) -> None:
    assert [(value.entity, value.value) for value in find_values(text)] == found


def test_places_are_those_in_the_text() -> None:
    text = "mail anna@example.com about order 10023"
    assert [text[value.start : value.end] for value in find_values(text)] == ["anna@example.com", "10023"]


@pytest.mark.parametrize(
    "again",
    ["1 2 3 4 ", "12/3/2026 ", "49.90 ", "09 ", "a dot ", "(at) ", "order ", "twenty ", "card ", "1-", "a.b", "a a "],
)
def test_a_very_long_message_takes_no_time(again: str) -> None:
    before = time.process_time()
    find_values(again * 2500)
    assert time.process_time() - before < 3


def test_half_an_address_many_times_is_none() -> None:
    assert find_values("a@" * 10_000) == []


def test_a_price_each_is_no_time() -> None:
    assert [value.value for value in find_values("2 lamps at 12.50 each")] == ["12.50 shop"]
    assert find_values("i was there at 12.50") == []


def test_numbers_are_the_same_to_the_classifier() -> None:
    assert plain("Where’s order 10023?") == plain("where's order 20417?")
