"""What a customer names, in the shop's money and as seen from the day on which they wrote."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from disputes.cases.told import Told, amount_of, day_of, in_text
from disputes.policy import load

POLICY = load(Path("policy.yml"))
IRISH = load(Path("policies/small-shop.yml"))
TODAY = date(2026, 3, 18)
"""A Wednesday."""


def test_amounts_and_days_in_the_order_in_which_they_are_named() -> None:
    found = in_text("Paid £49.90 on 3 march, got 20.00 back yesterday. 49,90 pounds!", POLICY, TODAY)
    assert found.amounts == ("£49.90", "£20.00")
    assert found.days == (date(2026, 3, 3), date(2026, 3, 17))
    assert found.amounts_said == "£49.90, £20.00"
    assert found.days_said == "Tuesday 3 March 2026, Tuesday 17 March 2026"


def test_a_text_without_any_has_none() -> None:
    assert in_text("The lamp is broken.", POLICY, TODAY) == Told()


def test_a_bare_amount_is_in_the_shops_money() -> None:
    assert amount_of("49.90 shop", POLICY) == (Decimal("49.90"), "GBP")
    assert amount_of("49.90 shop", IRISH) == (Decimal("49.90"), "EUR")
    assert amount_of("49.90 USD", IRISH) == (Decimal("49.90"), "USD")


@pytest.mark.parametrize(
    ("found", "day"),
    [
        ("2026-02-28", date(2026, 2, 28)),
        ("2026-02-30", None),
        ("3/4/2026", date(2026, 4, 3)),
        ("3/4/26", date(2026, 4, 3)),
        ("13/13/2026", None),
        ("24/12", date(2025, 12, 24)),
        ("--12-20", date(2025, 12, 20)),
        ("--03-20", date(2026, 3, 20)),
        ("--02-31", None),
        ("---18", date(2026, 3, 18)),
        ("---25", date(2026, 2, 25)),
        ("---31", date(2026, 1, 31)),
        ("-1d", date(2026, 3, 17)),
        ("+1d", date(2026, 3, 19)),
        ("-1m", date(2026, 2, 18)),
        ("<4", date(2026, 3, 13)),
        ("<2", date(2026, 3, 11)),
        (">4", date(2026, 3, 20)),
        (">2", date(2026, 3, 25)),
    ],
)
def test_the_day_that_is_meant(found: str, day: date | None) -> None:
    assert day_of(found, "en-GB", TODAY) == day


def test_a_month_before_the_end_of_a_longer_one() -> None:
    assert day_of("-1m", "en-GB", date(2026, 3, 31)) == date(2026, 2, 28)


def test_a_leap_day_without_a_year() -> None:
    assert day_of("--02-29", "en-GB", date(2028, 1, 10)) == date(2028, 2, 29)
    assert day_of("--02-29", "en-GB", date(2026, 3, 18)) is None


@pytest.mark.parametrize(
    ("found", "day"), [("--03-03", date(2026, 3, 3)), ("--12-24", date(2026, 12, 24)), ("--01-24", date(2027, 1, 24))]
)
def test_without_a_year_it_was_unless_it_is_soon(found: str, day: date) -> None:
    assert day_of(found, "en-GB", date(2026, 11, 25)) == day


def test_where_the_month_comes_first() -> None:
    assert day_of("3/12/2026", "en-US", TODAY) == date(2026, 3, 12)
    assert day_of("3/12/2026", "en-IE", TODAY) == date(2026, 12, 3)
