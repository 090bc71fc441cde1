"""Order numbers as customers type them, and the demo order system."""

from collections.abc import Iterator
from datetime import UTC, datetime
from socket import create_server
from threading import Thread

import pytest
import uvicorn
from fastapi import FastAPI

from disputes import policy
from disputes.orders import OrdersClient, OrdersUnavailable, OrderUnknown
from disputes.orders.service import look_up, normalise_number
from disputes.orders.stand_in import DEMO_ORDERS, demo_order, router
from disputes.settings import settings


class TestNumber:
    @pytest.mark.parametrize(
        ("typed", "number"),
        [
            ("10023", "10023"),
            ("#10 023", "10023"),
            ("  # 10023 ", "10023"),
            ("cn-10023", "10023"),
            ("CN 10023", "10023"),
            ("order no. CN-10023", "10023"),
            ("CN-12", "CN-12"),
            ("CNX-100", "CNX-100"),
            ("order 10023", "10023"),
            ("Order no. 10023", "10023"),
            ("my order number is #10023.", "10023"),
            ("１００２３", "10023"),
            ("\u206010023\u200b", "10023"),
            ("nr 10023", "10023"),
            ("NO-10023", "NO-10023"),
        ],
    )
    def test_is_found(self, typed: str, number: str) -> None:
        assert normalise_number(typed) == number

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "   ",
            "no",
            "none",
            "#",
            "I don't have one",
            "I have 2 orders",
            "12",
            "😀",
            "<b>1</b>",
            "1" * 40,
            "../10023",
        ],
    )
    def test_is_not_found_in_anything_else(self, typed: str) -> None:
        assert normalise_number(typed) is None


class TestStandIn:
    def test_gives_an_order_or_says_there_is_none(self, shop_url: str) -> None:
        client = OrdersClient(shop_url)
        assert client.look_up("10023").customer.email == "mia.hughes@example.com"
        assert client.look_up("CN-10031").reseller == "NordicHome"
        with pytest.raises(OrderUnknown):
            client.look_up("99999")

    def test_wants_its_token_when_there_is_one(self, shop_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ORDERS_TOKEN", "s3cret")
        settings.cache_clear()
        assert OrdersClient(shop_url, "s3cret").look_up("10023").number == "10023"
        for token in ("", "wrong"):
            with pytest.raises(OrdersUnavailable) as caught:
                OrdersClient(shop_url, token).look_up("10023")
            assert caught.value.reason == "status 401"

    def test_is_what_the_settings_lead_to(self, shop_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ORDERS_URL", shop_url)
        settings.cache_clear()
        assert look_up("10044").status == "packed"
        with pytest.raises(OrderUnknown):
            look_up("99999")

    @pytest.mark.parametrize(
        ("number", "category", "first"),
        [
            ("10023", "lost", "lost_resend"),
            ("10024", "damaged", "damaged_replacement"),
            ("10025", "late", "late_resend"),
            ("10026", "late", "late_trace"),
            ("10032", "refund", "refund_trace"),
            ("10033", "refund", "refund_receipt"),
            ("10034", "refund", "refund_now"),
            ("10044", "late", "late_cancel"),
            ("10051", "missing_item", "missing_resend"),
            ("10052", "warranty", "warranty_repair"),
        ],
    )
    def test_each_order_leads_somewhere_in_the_policy(self, number: str, category: str, first: str) -> None:
        today = datetime(2026, 5, 12, 9, tzinfo=UTC)
        found = demo_order(number, today=today)
        assert policy.current().remedies_for(category, found, at=today)[0].id == first

    def test_the_resellers_order_names_one_the_policy_knows(self) -> None:
        found = demo_order("10031", today=datetime(2026, 5, 12, 9, tzinfo=UTC))
        assert found is not None
        assert found.reseller is not None
        assert policy.current().reseller_named(found.reseller) is not None

    def test_all_orders_are_orders_on_any_day(self) -> None:
        for day in (datetime(2028, 2, 29, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)):
            for number in DEMO_ORDERS:
                found = demo_order(number, today=day)
                assert found is not None
                assert found.placed_at < day


@pytest.fixture
def shop_url() -> Iterator[str]:
    app = FastAPI()
    app.include_router(router)
    listening = create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()
