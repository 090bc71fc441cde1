"""Names of slots and forms as domain.yml has them, and the values that mean something by themselves."""

from typing import Any

REQUESTED = "requested_slot"

# What the customer has told.
CATEGORY = "category"
ORDER_NUMBER = "order_number"
NAME = "complainant_name"
CONTACT = "contact"
EMAIL = "contact_email"
PHONE = "contact_phone"
STORY = "story"
DESCRIPTION = "description"
AMOUNTS = "amounts_named"
DAYS = "days_named"
CONFIRMED = "filing_confirmed"

# The informal talk.
REMEDY = "remedy"
REMEDY_TEXT = "remedy_text"
REMEDY_ANSWER = "remedy_answer"
OUTCOME = "informal_outcome"
WISH = "wish"
ORDER_SAID = "order_said"
RESELLER = "reseller"

# Looking a complaint up.
LOOKUP = "status_lookup"
STATUS_EMAIL = "status_email"
REFERENCE = "filed_reference"

# The shop has said who the customer is: name and address are known without a complaint.
TOLD_BY_SHOP = "told_by_shop"

# Acting on a complaint.
CASE_ACT = "case_act"
CASE_REFERENCE = "case_reference"
CASE_ABOUT = "case_about"
CASE_WORDS = "case_words"
CASE_BEFORE = "case_before"

# How the next question is put: the responses utter_ask_... have a variation for each.
ASK_AS = "ask_as"
MISREADS = "misreads"

# What was said once in a chat.
DANGER_TOLD = "danger_told"
LAW_TOLD = "law_told"

ONE_MATTER = (REMEDY, REMEDY_TEXT, REMEDY_ANSWER, WISH)
"""What another problem, order or category makes out of date."""

PERSON = (NAME, CONTACT, EMAIL, PHONE)
"""Who complains: the same for every matter of a chat."""

NAMED = (AMOUNTS, DAYS)
"""What the customer named while telling a matter, for whoever reads it; nothing is decided by it."""

HELP_FORM = "help_form"
COMPLAINT_FORM = "complaint_form"
STATUS_FORM = "status_form"
CASE_FORM = "case_form"

REQUIRED = {
    HELP_FORM: (CATEGORY, ORDER_NUMBER, REMEDY_ANSWER),
    COMPLAINT_FORM: (CATEGORY, NAME, CONTACT, ORDER_NUMBER, DESCRIPTION, CONFIRMED),
    STATUS_FORM: (LOOKUP, STATUS_EMAIL),
    CASE_FORM: (CASE_WORDS,),
}

NO_ORDER = "none"
"""Value of ORDER_NUMBER when the customer has none, so that nobody asks again."""

NOT_ASKED = "not_asked"
"""Value of ORDER_NUMBER while the matter is one that needs no order; the complaint asks for it, once."""

NO_ADDRESS = "none"
"""Value of STATUS_EMAIL and LOOKUP when there is nothing to prove with here: a person has to help."""

NO_REMEDY = "none"
"""Value of REMEDY when the policy allows the assistant no proposal."""

ACCEPTED, REFUSED = "accepted", "refused"
"""Values of REMEDY_ANSWER."""


def told_order(number: Any) -> str | None:
    """The order number that was told; None for none and for "I have none"."""
    return None if number in (None, NO_ORDER, NOT_ASKED) else str(number)
