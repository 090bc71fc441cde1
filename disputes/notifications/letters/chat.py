"""Mail from a chat: what its customer has not seen, that their answer has come, and a copy of it.

An address that was typed in a chat proves nothing about who reads it: no letter here repeats what the customer wrote,
but the copy that they asked for.
"""

from collections.abc import Iterator, Sequence

from disputes.notifications.letters.blocks import Block, Heading, Link, Para, Said
from disputes.notifications.letters.letter import Letter, write
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

TEMPLATE = "chat_letter"

say = Say("chat")


def chat_reply(said: Sequence[Said], policy: Policy, base_url: str) -> Letter:
    """What people wrote in the chat and the customer has not seen, in one letter."""
    blocks: list[Block] = [
        Para(say("not_seen")),
        *_by_day(said, policy),
        Heading(say("if_answer")),
        Para(say("by_mail_or_chat")),
    ]
    return write(TEMPLATE, say("subject_reply", shop=policy.shop.name), policy, base_url, blocks=blocks)


def chat_received(by: str, policy: Policy, base_url: str) -> Letter:
    """An answer by mail has come, and nobody was in the chat to read it. `by`: the last day for ours."""
    blocks: list[Block] = [Para(say("waits", by=by)), Para(say("nothing_more"))]
    return write(TEMPLATE, say("subject_received", shop=policy.shop.name), policy, base_url, blocks=blocks)


def chat_not_helped(policy: Policy, base_url: str) -> Letter:
    """Somebody told us by mail that a chat did not help: the ways that are left."""
    blocks: list[Block] = [
        Para(say("sorry")),
        Para(say("person_again")),
        Link(say("file"), f"{base_url}/complaint"),
    ]
    return write(TEMPLATE, say("subject_not_helped"), policy, base_url, blocks=blocks)


def chat_transcript(said: Sequence[Said], policy: Policy, base_url: str, *, is_cut: bool, asks: bool) -> Letter:
    """A copy of a chat as its customer could see it. `asks`: whether it has helped, if nobody has answered that yet."""
    zone = policy.shop.timezone.replace("_", " ")
    blocks: list[Block] = [Para(say("copy", zone=zone))]
    if is_cut:
        blocks.append(Para(say("is_cut")))
    blocks += _by_day(said, policy)
    if asks:
        blocks += [Heading(say("how_it_was")), Para(say("did_it_help"))]
    blocks += [Heading(say("if_add")), Para(say("add_by_mail"))]
    return write(TEMPLATE, say("subject_copy", shop=policy.shop.name), policy, base_url, blocks=blocks)


def _by_day(said: Sequence[Said], policy: Policy) -> Iterator[Block]:
    day = ""
    for one in said:
        if policy.say_date(one.at) != day:
            day = policy.say_date(one.at)
            yield Heading(day)
        yield one
