"""What a customer and an agent do in a browser, in their own words."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from disputes.people import service as people
from tests.stack import Stack


@dataclass
class Customer:
    """A customer with the chat of the demo shop."""

    page: Page

    @property
    def chat(self) -> Locator:
        return self.page.locator("disputes-chat")

    @property
    def log(self) -> Locator:
        return self.chat.get_by_role("log")

    def open_chat(self) -> None:
        """Opens the panel from the launcher."""
        self.chat.get_by_role("button", name="Open the chat").click()
        expect(self.composer).to_be_visible()

    @property
    def composer(self) -> Locator:
        return self.chat.get_by_role("textbox", name="Write a message")

    def write(self, text: str) -> None:
        """Writes and sends."""
        self.composer.fill(text)
        self.composer.press("Enter")

    def press(self, title: str) -> None:
        """Presses the newest button with this title."""
        self.log.get_by_role("button", name=title, exact=True).last.click()

    def attach(self, name: str, content: bytes, media_type: str = "image/jpeg") -> None:
        """Chooses a file behind the paper clip."""
        send_file(self.chat, name, content, media_type)

    def save(self, name: str) -> tuple[str, bytes]:
        """Saves a file of the conversation; returns the name that the browser gives it, and its content."""
        return saved(self.page, self.log, name)

    def ask_for_a_person(self) -> None:
        """By the menu of the panel."""
        self.chat.get_by_role("button", name="More choices").click()
        self.chat.get_by_role("button", name="Talk to a person", exact=True).first.click()

    def sees(self, text: str, *, seconds: float = 20) -> None:
        """Waits until the newest place with this text is on the page."""
        expect(self.log.get_by_text(text).last).to_be_visible(timeout=seconds * 1000)

    def sees_times(self, text: str, times: int) -> None:
        """The text is there exactly so often."""
        expect(self.log.get_by_text(text, exact=True)).to_have_count(times)

    def is_answered_with(self, question: str, answer: str) -> None:
        """Writes the one, waits for the other."""
        self.write(question)
        self.sees(answer)


@dataclass
class Agent:
    """A member of staff at the desk."""

    page: Page
    url: str

    @classmethod
    def with_link(cls, stack: Stack, page: Page, email: str) -> "Agent":
        """Signs in by a one-time link."""
        with stack.transaction() as session:
            path = people.new_sign_in_link(session, people.staff_with_email(session, email))
        page.goto(stack.url + path)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Waiting")).to_be_visible()
        page.wait_for_load_state()
        return cls(page, stack.url)

    @property
    def lists(self) -> Locator:
        return self.page.locator("#lists")

    @property
    def context(self) -> Locator:
        """What is known of the customer."""
        return self.page.locator("#context")

    @property
    def holder(self) -> Locator:
        """Who holds the open chat, and what can be done about it."""
        return self.page.locator("#holder")

    @property
    def conversation(self) -> Locator:
        return self.page.locator("disputes-conversation")

    def open_waiting(self, text: str) -> None:
        """Opens the waiting chat whose row holds this text."""
        self.lists.get_by_role("link").filter(has_text=text).first.click()
        expect(self.context).to_be_visible()

    def take(self) -> None:
        """Claims the open chat, and waits until one may write to the customer."""
        self.holder.get_by_role("button", name="Take this chat").click()
        expect(self.holder.get_by_text("You hold this chat")).to_be_visible()
        expect(self.conversation.get_by_role("textbox", name="Write to the customer")).to_be_visible()

    def reply(self, text: str) -> None:
        """Writes to the customer."""
        box = self.conversation.get_by_role("textbox")
        box.fill(text)
        box.press("Enter")

    def attach(self, name: str, content: bytes, media_type: str = "application/pdf") -> None:
        """Chooses a file behind the paper clip."""
        send_file(self.conversation, name, content, media_type)

    def save(self, name: str) -> tuple[str, bytes]:
        """Saves a file of the conversation; returns the name that the browser gives it, and its content."""
        return saved(self.page, self.conversation, name)

    def sees(self, text: str) -> None:
        """Waits for a text in the conversation."""
        expect(self.conversation.get_by_role("log").get_by_text(text).last).to_be_visible()

    def hand_back(self, note: str) -> None:
        """Returns the chat to the assistant, with what was decided."""
        self.holder.locator("summary", has_text="Hand back").click()
        self.holder.get_by_label("What was decided").fill(note)
        self.holder.get_by_role("button", name="Hand back to the assistant").click()


def send_file(chat: Locator, name: str, content: bytes, media_type: str) -> None:
    """Gives a file to the composer, as a browser's chooser does."""
    expect(chat.get_by_role("button", name="Send photos or documents")).to_be_visible()
    chat.locator("input[type=file]").set_input_files({"name": name, "mimeType": media_type, "buffer": content})


def saved(page: Page, inside: Locator, name: str) -> tuple[str, bytes]:
    """Presses the file of that name and reads what the browser has saved."""
    with page.expect_download() as download:
        inside.get_by_role("button", name=f"Save {name}").last.click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()
