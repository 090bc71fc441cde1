"""Photos and documents in the chat, and the card that goes with it to a person, in real browsers."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Thread

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from disputes.cases import queries
from disputes.investigation import service as investigation
from tests.files.factories import from_phone, heic, jpg, pdf
from tests.journeys.conftest import NewContext, greeted
from tests.journeys.people import Agent, Customer
from tests.journeys.pictures import look
from tests.journeys.test_complaint import file_by_chat
from tests.journeys.test_handoff import chat_of
from tests.stack import Stack, wait_until

pytestmark = [pytest.mark.rasa, pytest.mark.browser]


def test_a_photo_to_the_agent_and_a_document_back(customer: Customer, agent: Agent) -> None:
    customer.is_answered_with("my parcel 10023 never arrived in Elm Street", "settle")
    customer.attach("IMG_0001.JPG", from_phone((1200, 800)))
    customer.sees("goes with your complaint")
    expect(customer.log.get_by_role("img", name="IMG_0001.jpg")).to_be_visible()
    expect(customer.log.get_by_role("button", name="Yes, that settles it")).to_be_visible()
    look(customer.page, "chat-file-1440-light")

    customer.ask_for_a_person()
    customer.sees("in the queue")
    agent.page.goto(chat_of(agent, "Elm Street"))
    agent.take()
    expect(agent.conversation.get_by_role("img", name="IMG_0001.jpg")).to_be_visible()
    name, content = agent.save("IMG_0001.jpg")
    opened = Image.open(BytesIO(content))
    assert (name, opened.format, opened.size) == ("IMG_0001.jpg", "JPEG", (800, 1200))
    assert not opened.getexif()

    agent.attach("Return label.pdf", pdf(b"the label"))
    customer.sees("Return label.pdf")
    assert customer.save("Return label.pdf") == ("Return label.pdf", pdf(b"the label"))
    look(agent.page, "desk-file-1440-light")

    customer.page.reload()
    expect(customer.log.get_by_role("img", name="IMG_0001.jpg")).to_be_visible()
    assert customer.save("Return label.pdf")[1] == pdf(b"the label")


def test_a_telephones_picture_is_shown_once_the_server_has_drawn_it(customer: Customer) -> None:
    customer.attach("IMG_2.HEIC", heic((600, 400)), "image/heic")
    expect(customer.log.get_by_role("button", name="Save IMG_2.jpg")).to_be_visible()
    assert painted(customer.page, customer, "IMG_2.jpg") > 0


def test_so_is_one_that_is_sent_before_the_browser_has_given_up(stack: Stack, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.add_init_script(
        "const draw = createImageBitmap; window.createImageBitmap = async (blob, options) => {"
        " if (blob instanceof File) await new Promise(sent => { window.givesUp = sent }); return draw(blob, options) }"
    )
    customer = greeted(stack, page)
    customer.attach("IMG_3.HEIC", heic((600, 400)), "image/heic")
    expect(customer.log.get_by_role("button", name="Save IMG_3.jpg")).to_be_visible()
    page.evaluate("window.givesUp()")
    wait_until(lambda: painted(page, customer, "IMG_3.jpg") > 0, 20, "the picture is not drawn")


def test_what_was_sent_goes_with_the_complaint_and_more_can_follow(stack: Stack, customer: Customer) -> None:
    customer.attach("box.jpg", jpg())
    customer.sees("goes with your complaint")
    reference = file_by_chat(customer, "fay.files@example.org", name="Fay Files")
    customer.sees("What you sent here goes with it")
    wait_until(lambda: evidence_of(stack, reference) == ["box.jpg"], 30, "the photo is not with the complaint")

    customer.attach("bill.pdf", pdf(b"the bill"), "application/pdf")
    customer.press(f"Yes, put it with {reference}")
    customer.sees(f"is with your complaint {reference} now")
    assert evidence_of(stack, reference) == ["box.jpg", "bill.pdf"]


def test_what_cannot_be_sent_is_said_and_can_be_taken_away(customer: Customer) -> None:
    customer.attach("scan.pdf", pdf(b" " * 11_000_000), "application/pdf")
    customer.sees("it is larger than 10 MB")
    customer.attach("photo.jpg", b"MZ" + bytes(300))
    customer.sees("Please send a JPG picture")
    look(customer.page, "chat-file-refused-1440-light")
    for _ in range(2):
        customer.log.get_by_role("button", name="Delete").first.click()
    expect(customer.log.get_by_text("Not sent")).to_have_count(0)


def test_a_pasted_and_a_dropped_picture_are_sent(customer: Customer) -> None:
    picture = list(jpg())
    customer.composer.evaluate(
        """(area, bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "pasted.jpg", { type: "image/jpeg" }));
            area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        picture,
    )
    customer.sees("pasted.jpg")
    customer.log.evaluate(
        """(log, bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "dropped.jpg", { type: "image/jpeg" }));
            const over = { dataTransfer: data, bubbles: true, cancelable: true, composed: true };
            for (const kind of ["dragenter", "dragover", "drop"]) log.dispatchEvent(new DragEvent(kind, over));
        }""",
        list(jpg(colour="red")),
    )
    customer.sees("dropped.jpg")
    expect(customer.log.get_by_role("button", name="Save dropped.jpg")).to_be_visible()


def test_a_file_waits_for_the_connection(customer: Customer) -> None:
    customer.page.context.set_offline(True)
    customer.attach("box.jpg", jpg())
    expect(customer.log.locator(".foot.failed, .sending .foot")).to_be_visible()
    customer.page.context.set_offline(False)
    expect(customer.log.get_by_role("button", name="Save box.jpg")).to_be_visible(timeout=30_000)
    expect(customer.log.get_by_role("button", name="Save box.jpg")).to_have_count(1)


def test_what_the_customer_corrects_is_at_the_desk(customer: Customer, agent: Agent) -> None:
    customer.is_answered_with("my parcel 10023 never arrived in Oak Lane", "settle")
    customer.ask_for_a_person()
    customer.sees("For the colleague who helps you")
    agent.page.goto(chat_of(agent, "Oak Lane"))
    agent.take()
    expect(agent.context.get_by_text("10023").first).to_be_visible()
    look(customer.page, "chat-card-1440-light")

    customer.log.get_by_role("button", name="Change: Order").click()
    customer.log.get_by_label("Order").fill("it was a lamp")
    customer.log.get_by_role("button", name="Save", exact=True).click()
    customer.sees("does not look like an order number")
    look(customer.page, "chat-card-editing-1440-light")
    customer.log.get_by_label("Order").fill("10024")
    customer.log.get_by_role("button", name="Save", exact=True).click()
    customer.sees("Order is now “10024”")
    expect(customer.log.locator(".card.handover")).to_contain_text("10024")

    corrected = agent.context.locator(".facts > div").filter(has_text="Corrected by customer")
    expect(corrected).to_contain_text("10024")
    agent.sees("Order is now “10024”")
    look(agent.page, "desk-card-1440-light")

    agent.hand_back("")
    customer.sees("handed you back to the assistant")
    customer.sees("order 10024")
    expect(customer.log.get_by_role("button", name="Change: Order")).to_have_count(0)


def test_on_the_shops_own_site(stack: Stack, new_context: NewContext, shop: str, agent: Agent) -> None:
    """Another origin, with a Content-Security-Policy that names our server and nothing else."""
    page = new_context().new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(shop)
    customer = Customer(page)
    customer.open_chat()
    customer.is_answered_with("my parcel 10023 never arrived in Ash Road", "settle")
    customer.attach("box.jpg", jpg((900, 600)))
    customer.sees("goes with your complaint")
    expect(customer.log.get_by_role("img", name="box.jpg")).to_be_visible()
    customer.ask_for_a_person()
    customer.sees("in the queue")
    agent.page.goto(chat_of(agent, "Ash Road"))
    agent.take()
    agent.attach("Return label.pdf", pdf(b"for the shop"))
    customer.sees("Return label.pdf")
    assert customer.save("Return label.pdf") == ("Return label.pdf", pdf(b"for the shop"))
    page.reload()
    customer.sees("Return label.pdf")
    assert painted(page, customer, "box.jpg") > 0
    assert refused == []


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (768, "dark")])
def test_looks_well_where_it_is_narrow_or_dark(stack: Stack, new_context: NewContext, width: int, scheme: str) -> None:
    page = new_context(viewport={"width": width, "height": 700}, color_scheme=scheme).new_page()
    customer = greeted(stack, page)
    customer.attach(
        "a very long name of a photograph that a telephone made up by itself 2026-11-25.jpg", jpg((400, 900))
    )
    customer.sees("goes with your complaint")
    look(page, f"chat-file-{width}-{scheme}")
    customer.ask_for_a_person()
    customer.sees("in the queue")
    customer.log.get_by_role("button", name="Add: Your name").click()
    look(page, f"chat-card-{width}-{scheme}")


def evidence_of(stack: Stack, reference: str) -> list[str]:
    """What the files with a complaint are called."""
    with stack.transaction() as session:
        case = queries.case_by_reference(session, reference)
        assert case is not None
        return [evidence.file_name for evidence in investigation.evidence_of(session, case)]


def painted(page: Page, customer: Customer, name: str) -> int:
    """How many pixels of the picture in the conversation are not empty."""
    canvas = customer.log.get_by_role("img", name=name)
    canvas.scroll_into_view_if_needed()
    page.wait_for_function("canvas => canvas.width > 300 || canvas.height !== 150", arg=canvas.element_handle())
    drawn = (
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter((v, i) => i % 4 === 3 && v).length"
    )
    return int(canvas.evaluate(drawn))


@pytest.fixture
def shop(stack: Stack) -> Iterator[str]:
    """The address of a page of the shop, on a server of its own."""
    server = stack.url.removeprefix("http://")
    policy = f"default-src 'none'; script-src {stack.url}; connect-src {stack.url} ws://{server}"
    script = f'<script src="{stack.url}/widget.js" async></script>'
    page = f'<!doctype html><html lang="en"><title>Lamps</title><h1>Lamps</h1>{script}'

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            if self.path == "/":
                self.wfile.write(page.encode())

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    served = ThreadingHTTPServer(("127.0.0.1", stack.shop_port), Handler)
    Thread(target=served.serve_forever, daemon=True).start()
    yield f"{stack.shop_origin}/"
    served.shutdown()
    served.server_close()
