"""Danger, the law and other languages are noticed wherever the customer is."""

from typing import Any

import pytest

from actions import slots
from actions.answers import GiveAnswer
from actions.complaint import ComplaintFormTurn
from actions.confusion import NotUnderstood
from actions.informal import HearProblem, HelpFormTurn
from actions.languages import is_foreign
from actions.people import TalkToPerson
from disputes import policy
from tests.actions.conftest import Room
from tests.actions.test_answers import bot_said


class TestDanger:
    def test_a_person_at_once_after_what_was_understood(self, room: Room) -> None:
        done = room.run(HearProblem(), "the lamp caught fire", "problem_damaged")
        assert done.said == ["utter_understood_damaged", "utter_danger"]
        assert done.handoff is not None
        assert done.handoff["reason"] == "danger"
        assert done.slots[slots.DANGER_TOLD] is True

    def test_also_in_a_description_which_is_kept(self, room: Room) -> None:
        told = "it exploded and hurt my hand badly, i had to see somebody about it"
        form = ComplaintFormTurn()
        done = room.run(form, told, "problem_damaged", form=slots.COMPLAINT_FORM, asked=slots.DESCRIPTION)
        assert done.slots[slots.DESCRIPTION] == told
        assert done.handoff is not None

    def test_also_where_rasa_has_put_the_forms_own_action_before(self, room: Room) -> None:
        known: dict[str, Any] = {"form": slots.COMPLAINT_FORM, "asked": slots.CONTACT, "category": "damaged"}
        events = [{"event": "user"}, {"event": "slot"}, {"event": "action", "name": slots.COMPLAINT_FORM}]
        done = room.run(ComplaintFormTurn(), "the lamp caught fire, anna@example.org", events=events, **known)
        assert done.handoff is not None
        assert done.slots["contact_email"] == "anna@example.org"

    def test_not_again_when_the_form_comes_back_to_its_question(self, room: Room) -> None:
        known: dict[str, Any] = {"form": slots.COMPLAINT_FORM, "asked": slots.CONTACT, "category": "damaged"}
        acted = [{"event": "action", "name": name} for name in ("action_answer", slots.COMPLAINT_FORM)]
        done = room.run(ComplaintFormTurn(), "a fire? thanks", events=[{"event": "user"}, *acted], **known)
        assert done.handoff is None

    def test_once_in_a_chat(self, room: Room) -> None:
        done = room.run(HearProblem(), "as i said, it caught fire", "problem_damaged", danger_told=True)
        assert (done.said, done.handoff) == (["utter_understood_damaged"], None)

    def test_who_asks_for_a_person_gets_just_that(self, room: Room) -> None:
        assert room.run(TalkToPerson(), "it caught fire, a person!", "talk_to_person").said == []


class TestLaw:
    @pytest.mark.parametrize(
        "text", ["my lawyer will write", "i start a chargeback", "i take you to court", "the ombudsman will hear of it"]
    )
    def test_a_person_and_the_complaint_are_offered_at_once(self, room: Room, text: str) -> None:
        assert policy.current().is_legal(text)
        done = room.run(HearProblem(), f"where is my parcel, {text}", "problem_late")
        assert done.said == ["utter_understood_late", "utter_legal_words"]

    def test_not_beside_the_answer_that_offers_both(self, room: Room) -> None:
        done = room.run(GiveAnswer(), "can i go to court", "ask_outside_options")
        assert done.said == ["utter_outside_options"]

    def test_once_in_a_chat(self, room: Room) -> None:
        done = room.run(HearProblem(), "it is late, my lawyer knows", "problem_late", law_told=True)
        assert done.said == ["utter_understood_late"]

    @pytest.mark.parametrize("text", ["the courtesy of a reply", "i am suede shoes", "courtney berg"])
    def test_other_words_are_none_of_it(self, text: str) -> None:
        assert not policy.current().is_legal(text)


class TestOtherLanguages:
    @pytest.mark.parametrize(
        "text",
        [
            "mein Paket ist nicht angekommen",
            "bonjour, je n'ai pas reçu ma commande",
            "hola, mi pedido no ha llegado",
            "ciao, il mio pacco non è arrivato",
            "ik heb mijn bestelling niet ontvangen",
            "где мой заказ?",
            "我的包裹在哪里",
        ],
    )
    def test_are_told_from_english(self, text: str) -> None:
        assert is_foreign(text)

    @pytest.mark.parametrize(
        "text",
        [
            "my parcel never came",
            "hola",
            "the crème brûlée dish is broken",
            "i bought it at la maison de la table and it is late",
            "10023",
            "😀😀",
            "",
        ],
    )
    def test_english_stays_english(self, text: str) -> None:
        assert not is_foreign(text)

    def test_the_words_are_kept_and_a_person_offered(self, room: Room) -> None:
        done = room.run(NotUnderstood(), "mein Paket ist nicht da", "nlu_fallback", story="hello")
        assert done.said == ["utter_other_language"]
        assert done.slots[slots.STORY] == "hello\n\nmein Paket ist nicht da"

    def test_a_form_asks_on_and_takes_names_as_they_are(self, room: Room) -> None:
        text = "où est ma commande, je ne comprends pas"
        assert room.run(HelpFormTurn(), text, form=slots.HELP_FORM, asked=slots.ORDER_NUMBER).events == []
        beside = room.run(GiveAnswer(), text, "greet", form=slots.HELP_FORM)
        assert (beside.said, beside.next_action) == (["utter_other_language"], slots.HELP_FORM)
        form = ComplaintFormTurn()
        named = room.run(form, "Мария Иванова", form=slots.COMPLAINT_FORM, asked=slots.NAME)
        assert named.slots[slots.NAME] == "Мария Иванова"


class TestAbuse:
    def test_one_calm_answer_then_a_person(self, room: Room) -> None:
        first = room.run(GiveAnswer(), "you are useless", "insult")
        assert first.said == ["utter_insult"]
        again = room.run(GiveAnswer(), "idiots", "insult", events=bot_said("utter_insult"))
        assert again.said == ["utter_insult_again"]
        assert again.handoff is not None

    def test_beside_a_form_nothing_is_asked_but_by_the_form(self, room: Room) -> None:
        done = room.run(GiveAnswer(), "you are useless", "insult", form=slots.COMPLAINT_FORM)
        assert (done.said, done.next_action) == (["utter_insult_beside"], slots.COMPLAINT_FORM)
