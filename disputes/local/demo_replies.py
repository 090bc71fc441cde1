"""The demo's canned replies: short, warm, and nothing in them that only a case can promise."""

from typing import Final

from sqlalchemy.orm import Session

from disputes.canned import service
from disputes.canned.service import Draft
from disputes.people.tables import Staff

REPLIES: Final = (
    Draft(
        "hi",
        "Greeting",
        "Hello {name}, this is {agent} from {shop}. I have read what you wrote. Give me a moment to look.",
    ),
    Draft(
        "look", "Looking it up", "I am looking at order {order} now. This takes a minute or two; please stay with me."
    ),
    Draft(
        "photo", "Ask for a photo", "Could you send a photo of {what}? It helps us to decide without asking you twice."
    ),
    Draft("sorry", "Apology", "I am sorry that this went wrong, and that you had to write to us about it."),
    Draft(
        "code",
        "Prove who you are",
        "Before I can speak about your order, I need to know that it is you. I hand you to the assistant for a moment:"
        " ask it how your complaint stands, and it sends a code to the e-mail address we have for you. After that, ask"
        " for a person again.",
    ),
    Draft(
        "next",
        "What happens next",
        "Your complaint {reference} goes on from here. The next date is {date}. You can ask at any time how it stands.",
    ),
    Draft("form", "The complaint form", "If you would rather write it down in peace, here is the form: {form}"),
    Draft(
        "bye",
        "Goodbye",
        "Is there anything else I can do? If not, I will end this chat. You can write again here at any time.",
    ),
)


def add_replies(session: Session, manager: Staff) -> None:
    """Adds all of them in the name of a manager."""
    for draft in REPLIES:
        service.add(session, manager, draft)
