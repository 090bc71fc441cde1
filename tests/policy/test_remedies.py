"""What the assistant may propose, by category, state of the order, days and money."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from disputes import policy
from disputes.orders.schemas import Order

NOW = datetime(2026, 5, 12, 12, tzinfo=UTC)


def order(status: str = "delivered", *, days: int = 3, **changes: object) -> Order:
    """An order of a lamp for 49 pounds, shipped and delivered so many days ago."""
    facts: dict[str, object] = {
        "number": "10023",
        "placed_at": NOW - timedelta(days=days + 2),
        "customer": {"name": "Mia Hughes", "email": "mia@example.com", "phone": None},
        "sales_channel": "direct",
        "currency": "GBP",
        "total": "49.00",
        "items": [{"name": "Oak desk lamp", "quantity": 1, "price": "49.00"}],
        "status": status,
        "shipped_at": NOW - timedelta(days=days) if status in ("shipped", "delivered") else None,
        "delivered_at": NOW - timedelta(days=days) if status == "delivered" else None,
        "refunds": [],
    }
    return Order.model_validate(facts | changes)


def ids(category: str, found: Order | None) -> list[str]:
    return [remedy.id for remedy in policy.current().remedies_for(category, found, at=NOW)]


class TestConditions:
    def test_an_order_not_sent_yet_can_be_cancelled_for_all_of_its_money(self) -> None:
        (remedy,) = policy.current().remedies_for("late", order("packed"), at=NOW)
        assert (remedy.kind, remedy.amount, remedy.currency, remedy.clause) == (
            "cancel",
            Decimal("49.00"),
            "GBP",
            "C1",
        )
        assert "full price" in remedy.text
        assert "10023" in remedy.text

    @pytest.mark.parametrize(("days", "expected"), [(9, ["late_trace"]), (10, ["late_resend", "late_refund"])])
    def test_a_parcel_is_traced_at_first_and_sent_again_later(self, days: int, expected: list[str]) -> None:
        assert ids("late", order("shipped", days=days)) == expected

    def test_a_late_parcel_that_came_is_worth_a_tenth(self) -> None:
        (remedy,) = policy.current().remedies_for("late", order("delivered"), at=NOW)
        assert remedy.amount == Decimal("4.90")

    @pytest.mark.parametrize(("days", "offered"), [(60, True), (61, False)])
    def test_damage_is_put_right_within_sixty_days(self, days: int, offered: bool) -> None:
        assert bool(ids("damaged", order(days=days))) is offered

    @pytest.mark.parametrize(
        ("refunds", "expected"),
        [
            ([], ["refund_now"]),
            ([{"amount": "49.00", "status": "pending", "at": NOW}], ["refund_trace"]),
            ([{"amount": "49.00", "status": "paid", "at": NOW}], ["refund_receipt"]),
        ],
    )
    def test_a_refund_depends_on_what_was_refunded(self, refunds: list[object], expected: list[str]) -> None:
        assert ids("refund", order("returned", refunds=refunds)) == expected

    def test_a_status_nobody_knows_matches_nothing(self) -> None:
        assert ids("late", order("teleported")) == []


class TestWithoutAnOrder:
    def test_only_what_needs_none_is_proposed(self) -> None:
        assert ids("service", None) == ["service_voucher"]
        assert ids("damaged", None) == []

    def test_no_text_speaks_of_an_order(self) -> None:
        for category in policy.current().categories:
            for remedy in policy.current().remedies_for(category, None, at=NOW):
                assert "{" not in remedy.text


class TestLimits:
    @pytest.mark.parametrize(("total", "offered"), [("150.00", True), ("150.01", False)])
    def test_a_refund_above_the_limit_is_for_a_person(self, total: str, offered: bool) -> None:
        assert ("lost_refund" in ids("lost", order(total=total))) is offered

    @pytest.mark.parametrize(("total", "offered"), [("250.00", True), ("250.01", False)])
    def test_a_second_parcel_counts_as_the_orders_total(self, total: str, offered: bool) -> None:
        assert ("lost_resend" in ids("lost", order(total=total))) is offered

    def test_another_currency_cannot_be_compared(self) -> None:
        assert ids("lost", order(currency="NOK")) == []

    def test_what_has_no_limit_stays(self) -> None:
        assert ids("late", order("packed", total="9000.00", currency="NOK")) == ["late_cancel"]


class TestWords:
    def test_an_order_number_is_no_proof_so_neither_goods_nor_money_are_told(self) -> None:
        for category in policy.current().categories:
            for status in ("packed", "shipped", "delivered", "returned"):
                for remedy in policy.current().remedies_for(category, order(status), at=NOW):
                    assert "lamp" not in remedy.text
                    assert "49" not in remedy.text
