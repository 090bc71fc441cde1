"""Mail from a chat: what its customer has not seen, that their answer has come, and a copy of it.

An address that was typed in a chat proves nothing about who reads it: no letter here repeats what the customer wrote,
but the copy that they asked for.
"""

from collections.abc import Iterator, Sequence

from disputes.notifications.letters.blocks import Block, Heading, Link, Para, Said
from disputes.notifications.letters.letter import Letter, write
from disputes.policy import Policy

TEMPLATE = "chat_letter"


def chat_reply(said: Sequence[Said], policy: Policy, base_url: str) -> Letter:
    """What people wrote in the chat and the customer has not seen, in one letter."""
    subject = f"Our answer in your chat with {policy.shop.name}"
    blocks: list[Block] = [
        Para("We have answered you in the chat. You had not seen it yet, so here it is."),
        *_by_day(said, policy),
        Heading("If you want to answer"),
        Para(
            "Just answer this letter: what you write goes into the chat, and a person reads it there. You can also go "
            "on in the chat itself, on the page where you began it."
        ),
    ]
    return write(TEMPLATE, subject, policy, base_url, blocks=blocks)


def chat_received(by: str, policy: Policy, base_url: str) -> Letter:
    """An answer by mail has come, and nobody was in the chat to read it. `by`: the last day for ours."""
    subject = f"We have your message to {policy.shop.name}"
    blocks: list[Block] = [
        Para(
            "Thank you for your message. It is in your chat with us now, and waits there for a person, who answers it "
            f"by {by}."
        ),
        Para(
            "You need not do anything more. When somebody has answered and you do not see it in the chat, it comes to "
            "this address."
        ),
    ]
    return write(TEMPLATE, subject, policy, base_url, blocks=blocks)


def chat_not_helped(policy: Policy, base_url: str) -> Letter:
    """Somebody told us by mail that a chat did not help: the ways that are left."""
    subject = "Thank you for telling us"
    blocks: list[Block] = [
        Para("Thank you for your answer. We are sorry that the chat did not help you."),
        Para(
            "Would you like a person to look at it again? Answer this letter with a few words. Or file a complaint: a "
            "named person looks into it, and you get a date."
        ),
        Link("File a complaint", f"{base_url}/complaint"),
    ]
    return write(TEMPLATE, subject, policy, base_url, blocks=blocks)


def chat_transcript(said: Sequence[Said], policy: Policy, base_url: str, *, is_cut: bool, asks: bool) -> Letter:
    """A copy of a chat as its customer could see it. `asks`: whether it has helped, if nobody has answered that yet."""
    subject = f"Your chat with {policy.shop.name}"
    zone = policy.shop.timezone.replace("_", " ")
    blocks: list[Block] = [Para(f"Here is your chat with us, as you could see it. The times are those of {zone}.")]
    if is_cut:
        blocks.append(Para("It is a long chat, so its beginning is not in this letter."))
    blocks.extend(_by_day(said, policy))
    if asks:
        blocks.append(Heading("How it was"))
        blocks.append(
            Para(
                "Did this chat help you? Answer this letter with a number from 1 (not at all) to 5 (very much), alone "
                "in the first line. You can write a few words below it. You need not do either."
            )
        )
    blocks.append(Heading("If you want to add something"))
    blocks.append(Para("Answer this letter: what you write goes into the chat, and a person reads it there."))
    return write(TEMPLATE, subject, policy, base_url, blocks=blocks)


def _by_day(said: Sequence[Said], policy: Policy) -> Iterator[Block]:
    day = ""
    for one in said:
        if policy.say_date(one.at) != day:
            day = policy.say_date(one.at)
            yield Heading(day)
        yield one
