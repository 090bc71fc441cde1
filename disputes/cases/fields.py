"""The fields of a complaint as people type them: each function gives the clean value or says what is wrong."""

import unicodedata

import email_validator
import phonenumbers

from disputes.errors import Invalid
from disputes.policy.words import say_number
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "cases")

SHORTEST_DESCRIPTION = 10
LONGEST_DESCRIPTION = 20_000
LONGEST_NAME = 200
LONGEST_PHONE = 40
LONGEST_NOTE = 2_000


class FieldError(ValueError):
    """A value that cannot be used; the message is a sentence for the person who typed it."""


def clean_text(text: str) -> str:
    """The text without signs that cannot be stored or seen; line breaks stay."""
    kept = (
        sign
        for sign in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
        if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs", "Cn", "Co")
    )
    return "".join(kept).strip()


def clean_name(text: str) -> str:
    """A person's name on one line. Raises `FieldError` when there is no letter in it, or it is too long."""
    visible = "".join(sign for sign in clean_text(text) if unicodedata.category(sign) != "Cf")
    name = " ".join(visible.split())
    if not any(sign.isalpha() for sign in name):
        raise FieldError(say("name"))
    if len(name) > LONGEST_NAME:
        raise FieldError(say("name_long", most=LONGEST_NAME))
    return name


def clean_email(text: str) -> str:
    """An e-mail address in lower case. Raises `FieldError` when it cannot be one; nobody is asked over the network."""
    try:
        found = email_validator.validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False)
    except email_validator.EmailNotValidError as fault:
        raise FieldError(say("email")) from fault
    return (found.ascii_email or found.normalized).lower()


def clean_phone(text: str, country: str | None) -> str:
    """A phone number as "+442079460018"; one without "+" is read as a number of that country.

    Raises `FieldError` when no such number is possible. Numbers that are possible but not known to be given out
    are accepted: new ranges appear faster than the tables follow, and a complaint must not fail on that.
    """
    wrong = FieldError(say("phone"))
    if len(text) > LONGEST_PHONE:
        raise wrong
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as fault:
        raise wrong from fault
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise wrong
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def clean_description(text: str) -> str:
    """What happened, in the customer's words. Raises `FieldError` when it is too short, too long or has no words."""
    description = clean_text(text)
    if len(description) < SHORTEST_DESCRIPTION or not any(sign.isalnum() for sign in description):
        raise FieldError(say("description"))
    if len(description) > LONGEST_DESCRIPTION:
        raise FieldError(say("description_long", most=say_number(LONGEST_DESCRIPTION)))
    return description


def clean_note(text: str) -> str | None:
    """A short free text; None when it is empty. Raises `FieldError` when it is too long."""
    note = clean_text(text)
    if len(note) > LONGEST_NOTE:
        raise FieldError(say("note_long", most=say_number(LONGEST_NOTE)))
    return note or None


def note_needed(typed: str, field: str, sentence: str) -> str:
    """A short free text that must be there. Raises `Invalid` with the sentence for `field`, or with why it is too
    long."""
    try:
        written = clean_note(typed)
    except FieldError as fault:
        raise Invalid(str(fault), {field: str(fault)}) from fault
    if written is None:
        raise Invalid(sentence, {field: sentence})
    return written
