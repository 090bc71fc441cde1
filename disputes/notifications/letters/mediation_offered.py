"""N11: what mediation would be, who the neutral person is, and that a no changes nothing."""

from disputes.notifications.letters.blocks import Block, Heading, Link, Para, Rows
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import outside_door, paras
from disputes.policy import Policy

CLAUSES = ("C5", "C8", "C10")


def mediation_offered(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """The suggestion to try mediation."""
    subject = f"Mediation for complaint {facts.reference}"
    plan = facts.mediation
    blocks: list[Block] = [
        Para(
            f"Would you like to try mediation for {facts.complaint}? A neutral person helps you and us to find an "
            "agreement. They do not decide anything: only you and we can agree."
        )
    ]
    if plan:
        who = f"{plan.neutral}, {plan.organisation}" if plan.organisation else plan.neutral
        blocks += [
            Heading("How it would be"),
            Rows([("Neutral person", who), ("Cost", plan.cost), ("Time", _time(facts, policy))]),
        ]
        if plan.reason:
            blocks += [Heading("Why we think of it"), *paras(plan.reason)]
    blocks += [
        Heading("What stays private"),
        Para(
            "The neutral person sees only the papers that are shared for it. Their notes are private: nobody who "
            "works on your case can read them, and they are destroyed at the end. Only an agreement is kept."
        ),
        Heading("You are free to say no"),
        Para(
            "Mediation starts only if you and we both say yes. Either of us may stop it at any time. If you say no, "
            "your rights are unchanged, and your case simply goes on."
        ),
        Link("Say yes or no", facts.case_url),
    ]
    if facts.dates.next:
        blocks.append(
            Para(
                f"Please tell us by {policy.say_date(facts.dates.next)}. If we hear nothing, we take it as a no, and "
                "your case goes on."
            )
        )
    return write_case_letter(
        subject, facts, policy, base_url, clauses=CLAUSES, blocks=[*blocks, *outside_door(facts, policy)]
    )


def _time(facts: CaseFacts, policy: Policy) -> str:
    words = policy.words_for(facts.category)
    most, more = words["mediation_days"], words["mediation_extension_days"]
    return f"{most} at most, and once {more} more if both agree"
