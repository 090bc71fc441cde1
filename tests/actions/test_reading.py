"""A phrasebook: what customers write, and the values that are read out of it."""

import pytest

from actions import reading
from actions.turn import Turn
from nlu_components.values import find_values


def turn(text: str) -> Turn:
    found = [each._asdict() for each in find_values(text)]
    return Turn.of({"text": text, "intent": {"name": "inform", "confidence": 0.9}, "entities": found})


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("Anna Berg", "Anna Berg"),
        ("anna berg", "anna berg"),
        ("my name is Anna Berg and I live in Leeds", "Anna Berg"),
        ("It's Tom.", "Tom"),
        ("I'm Maria Lopez", "Maria Lopez"),
        ("hi, this is John O'Neill", "John O'Neill"),
        ("Ana Lucía Fernández de la Cruz", "Ana Lucía Fernández de la Cruz"),
        ("name: Peter Jones", "Peter Jones"),
        ("Jane Doe, jane@example.com, order 10024", "Jane Doe"),
        ("王伟", "王伟"),
        ("Mr. José García-López", "José García-López"),
        ("name: O'Neil, Sean", "O'Neil, Sean"),
        ("It's Hale, Tom Hale", "Tom Hale"),
        ("my name is will smith", "will smith"),
        ("Dr van der Berg here", "van der Berg"),
        ("i'm waiting for an answer", None),
        ("i'd rather not say", None),
        ("same as before", None),
        ("Cancel", None),
        ("this whole thing is a nightmare", None),
        ("why?", None),
        ("10023", None),
        ("😀😀", None),
        ("", None),
    ],
)
def test_the_name_in_an_answer(answer: str, name: str | None) -> None:
    assert reading.name_answered(turn(answer)) == name


@pytest.mark.parametrize(
    "text",
    [
        "it's about the chair",
        "I'm not happy",
        "my name is wrong",
        "my name is spelled badly",
        "my name is on the account",
        "my name is already there",
    ],
)
def test_not_every_sentence_says_a_name(text: str) -> None:
    assert reading.name_said(text) is None


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("anna@example.com", "anna@example.com"),
        ("it's Anna.Berg+shop@Example.COM, thanks", "anna.berg+shop@example.com"),
        ("anna at example dot com", "anna@example.com"),
        ("anna @ example.com", "anna@example.com"),
        ("anna(at)example.com", "anna@example.com"),
        ("not old@example.com but new@example.com", "new@example.com"),
        ("new@example.com, not old@example.com", "new@example.com"),
        ("look at example.com", None),
        ("ruth@@example", None),
        ("ruth@example", None),
        ("I was at home", None),
    ],
)
def test_the_email_in_a_message(text: str, email: str | None) -> None:
    assert reading.email_in(turn(text)) == email


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("07700 900123", "+447700900123"),
        ("call me on (0161) 496-0123 please", "+441614960123"),
        ("+46 70 174 06 05", "+46701740605"),
        ("+44 (0)161 496 0123", "+441614960123"),
        ("12", None),
        ("soon", None),
    ],
)
def test_the_phone_number_in_an_answer(text: str, phone: str | None) -> None:
    assert reading.phone_in(turn(text), "GB", was_asked=True) == phone


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10023", "10023"),
        ("#10 023", "10023"),
        ("# 10023.", "10023"),
        ("cn-10023", "10023"),
        ("it is order no. 10023", "10023"),
        ("not 10023 but 10032", "10032"),
        ("order 10032, not 10023", "10032"),
        ("440998123", "440998123"),
        ("I do not have one", None),
        ("it cost £10023", None),
    ],
)
def test_the_order_number_in_an_answer(text: str, number: str | None) -> None:
    assert reading.order_number_in(turn(text), was_asked=True) == number


@pytest.mark.parametrize(
    "text", ["I paid 45.00 on 12.03.2026", "call me on 07700 900123", "ordered in 2025", "after 12 days"]
)
def test_other_figures_are_no_order_numbers(text: str) -> None:
    assert reading.order_number_in(turn(text), was_asked=False) is None


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("my mail is wrong", "contact"),
        ("use anna@example.com instead", "contact"),
        ("the phone number is old", "contact"),
        ("no, order 10032", "order_number"),
        ("not 10023 but 10032", "order_number"),
        ("you misspelled my name", "complainant_name"),
        ("change the description", "description"),
        ("something is wrong", None),
    ],
)
def test_the_field_a_correction_means(text: str, slot: str | None) -> None:
    assert reading.field_meant(turn(text)) == slot


def test_a_typed_slash_is_text_and_a_button_is_not() -> None:
    assert Turn.of({"text": "\u2060/file_complaint"}).text == "/file_complaint"
    assert not Turn.of({"text": "\u2060/file_complaint"}).is_button
    assert Turn.of({"text": "/confirm_filing"}).is_button
    assert Turn.of({"text": "/confirm_filing"}).text == ""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("yes, file a complaint", True),
        ("Yeah do that please", True),
        ("ok", True),
        ("no thanks", False),
        ("yes but how long will it take", None),
        ("no, order 10032", None),
        ("yesterday it came", None),
        ("nothing works", None),
        ("yes and then the driver threw the parcel over the fence and left", None),
        ("yes?", None),
    ],
)
def test_yes_or_no(text: str, meant: bool | None) -> None:
    assert reading.yes_or_no(turn(text)) is meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("I want to make a complaint, your staff was rude to me", True),
        ("please file a formal complaint about this lamp", True),
        ("my lamp broke and nobody cares", False),
        ("the case of the lamp is open and scratched", False),
    ],
)
def test_asks_to_file(text: str, meant: bool) -> None:
    assert reading.asks_to_file(turn(text)) is meant
