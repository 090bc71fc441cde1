"""Questions about a clause: just that is answered, nothing is read out twice, and what the policy lacks is said."""

from typing import Any

import pytest

from actions import slots
from actions.answers import GiveAnswer
from actions.confusion import NotUnderstood
from actions.phrases import phrases
from disputes import policy
from tests.actions.conftest import Room
from tests.conftest import POLICIES, ROOT

PART, ALL, UNKNOWN = "utter_part_of_clause", "utter_all_it_says", "utter_do_not_know"


def read_out(clause: str, response: str = "utter_clause", words: str | None = None) -> list[dict[str, Any]]:
    """A turn in which this clause was told, and the customer's next message."""
    text = words or policy.current().clauses[clause].text
    return [
        {"event": "user"},
        {"event": "bot", "text": f"{text} (Clause {clause} of our policy.)", "metadata": {"utter_action": response}},
        {"event": "bot", "data": {"custom": {"trace": policy.current().trace(clause)}}, "metadata": {}},
        {"event": "user"},
    ]


def answer_of(clause: str, name: str) -> str:
    return policy.current().clauses[clause].answers[name]


class TestShortAnswers:
    @pytest.mark.parametrize(
        ("question", "intent", "clause", "name"),
        [
            ("who can file a complaint", "ask_process", "C2", "who"),
            ("what do i need to file a complaint", "ask_process", "C2", "needs"),
            ("how fast is the confirmation", "ask_acknowledgement", "C3", "how_soon"),
            ("who decides about my complaint", "ask_investigation", "C4", "decides"),
            ("can i add something later", "ask_investigation", "C4", "later"),
            ("is mediation voluntary", "ask_mediation", "C5", "voluntary"),
            ("what happens if i say no to mediation", "ask_mediation", "C5", "refusal"),
            ("can i stop mediation", "ask_mediation", "C5", "stop"),
            ("is mediation binding", "ask_mediation", "C5", "decides"),
            ("how long does mediation take", "ask_mediation", "C5", "length"),
            ("who is the mediator", "ask_mediation", "C5", "who"),
            ("what if mediation fails", "ask_mediation", "C5", "fails"),
            ("and if you need longer than that?", "ask_dates", "C6", "longer"),
            ("how often will i hear from you", "ask_dates", "C6", "updates"),
            ("how long do i have to answer", "ask_dates", "C6", "yours"),
            ("do weekends count", "ask_dates", "C6", "weekends"),
            ("is it too late to complain", "ask_dates", "C6", "too_late"),
            ("how long does the manager take", "ask_escalation", "C7", "length"),
            ("is it the same person again", "ask_escalation", "C7", "who"),
            ("what happens after the final response?", "ask_outside_options", "C8", "after"),
            ("do i have to wait before i go outside", "ask_outside_options", "C8", "when"),
            ("which shops are your partners", "ask_resellers", "C9", "which"),
            ("when do you answer at the latest", "ask_dates", "C6", "longer"),
            ("can i walk out of mediation", "ask_mediation", "C5", "stop"),
            ("must i accept the mediator's opinion", "ask_mediation", "C5", "decides"),
            ("are you open on saturday", "ask_contact", "C10", "hours"),
            ("are you closed at christmas", "ask_contact", "C10", "holidays"),
            ("what's your email address", "ask_contact", "C10", "mail"),
            ("what is your phone number", "ask_contact", "C10", "phone"),
        ],
    )
    def test_a_question_about_a_part_is_answered_with_it(
        self, room: Room, question: str, intent: str, clause: str, name: str
    ) -> None:
        done = room.run(GiveAnswer(), question, intent)
        assert (done.said, done.value("part_text")) == ([PART], answer_of(clause, name))
        assert {"trace": policy.current().trace(clause)} in [each.get("custom") for each in done.responses]

    @pytest.mark.parametrize(
        ("question", "intent"),
        [
            ("what is mediation", "ask_mediation"),
            ("how long does it take", "ask_dates"),
            ("when will i get an answer", "ask_dates"),
            ("how long do i have to wait for an answer", "ask_dates"),
            ("how long do you have to answer", "ask_dates"),
            ("when do i get my answer", "ask_dates"),
            ("who looks at my complaint", "ask_investigation"),
            ("what if i'm not happy with the answer", "ask_escalation"),
            ("can i go to court", "ask_outside_options"),
            ("do i have to ask the reseller or you", "ask_resellers"),
            ("how can i contact you", "ask_contact"),
        ],
    )
    def test_a_question_about_the_whole_gets_the_whole(self, room: Room, question: str, intent: str) -> None:
        assert room.run(GiveAnswer(), question, intent).said[0] not in (PART, ALL, UNKNOWN)

    @pytest.mark.parametrize("file", POLICIES)
    def test_every_answer_of_a_policy_is_asked_for_by_some_words(self, file: str) -> None:
        asked = {(clause, name) for clause, names in phrases().asks_about.items() for name in names}
        clauses = policy.load(ROOT / file).clauses
        given = {(clause_id, name) for clause_id, clause in clauses.items() for name in clause.answers}
        assert given - asked == {("C6", "in_short")}  # said in place of the whole clause the second time

    def test_a_shop_without_short_answers_reads_the_clause(self, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
        clauses = policy.current().clauses
        monkeypatch.setitem(clauses, "C5", clauses["C5"].model_copy(update={"answers": {}}))
        assert room.run(GiveAnswer(), "is mediation voluntary", "ask_mediation").said == ["utter_mediation"]


class TestFollowUps:
    @pytest.mark.parametrize(
        ("spoken_of", "question", "intent", "clause", "name"),
        [
            ("C5", "how long?", "ask_dates", "C5", "length"),
            ("C5", "who decides?", "ask_investigation", "C5", "decides"),
            ("C5", "do i have to?", "ask_informal", "C5", "voluntary"),
            ("C5", "and then?", "ask_process", "C5", "fails"),
            ("C4", "how long?", "ask_dates", "C4", "how_soon"),
            ("C7", "how long?", "ask_dates", "C7", "length"),
            ("C7", "who decides?", "ask_investigation", "C7", "who"),
            ("C6", "who decides?", "ask_investigation", "C4", "decides"),
        ],
    )
    def test_a_short_question_is_about_what_was_spoken_of(
        self, room: Room, spoken_of: str, question: str, intent: str, clause: str, name: str
    ) -> None:
        done = room.run(GiveAnswer(), question, intent, events=read_out(spoken_of))
        assert (done.said, done.value("part_text")) == ([PART], answer_of(clause, name))

    def test_one_that_names_its_topic_is_not(self, room: Room) -> None:
        done = room.run(GiveAnswer(), "how long does a complaint take", "ask_dates", events=read_out("C5"))
        assert (done.said, done.value("clause_id")) == (["utter_clause"], "C6")

    def test_when_it_is_not_understood_it_is_tried_too(self, room: Room) -> None:
        done = room.run(NotUnderstood(), "must i?", events=read_out("C5", "utter_mediation"))
        assert (done.said, done.value("part_text")) == ([PART], answer_of("C5", "voluntary"))

    @pytest.mark.parametrize(
        ("told", "following"), [("C1", "C2"), ("C2", "C4"), ("C4", "C6"), ("C6", "C7"), ("C7", "C8")]
    )
    def test_and_then_is_the_next_clause(self, room: Room, told: str, following: str) -> None:
        done = room.run(GiveAnswer(), "and then?", "ask_process", events=read_out(told))
        assert (done.said, done.value("clause_id")) == (["utter_clause"], following)

    def test_after_the_last_step_nothing_comes(self, room: Room) -> None:
        done = room.run(GiveAnswer(), "and after that?", "ask_process", events=read_out("C8", "utter_outside_options"))
        assert done.said == [ALL]

    def test_after_the_whole_way_the_last_step_is_told(self, room: Room) -> None:
        done = room.run(GiveAnswer(), "and then?", "ask_process", events=read_out("C2", "utter_process"))
        assert done.value("clause_id") == "C8"

    def test_of_a_court_nothing_is_said_that_holds_for_mediation(self, room: Room) -> None:
        done = room.run(GiveAnswer(), "is it binding?", "ask_mediation", events=read_out("C8", "utter_outside_options"))
        assert done.said == [UNKNOWN]

    def test_what_is_not_said_of_mediation_is_not_answered_from_another_clause(self, room: Room) -> None:
        done = room.run(GiveAnswer(), "is it confidential?", "ask_privacy", events=read_out("C5", "utter_mediation"))
        assert done.said == [UNKNOWN]

    def test_of_a_solution_that_was_proposed_no_clause_tells(self, room: Room) -> None:
        done = room.run(
            GiveAnswer(), "how long does that take?", "ask_dates",
            form=slots.HELP_FORM, asked=slots.REMEDY_ANSWER, remedy="damaged_replacement",
        )  # fmt: skip
        assert done.said == [UNKNOWN]
        assert done.next_action == slots.HELP_FORM


class TestNothingTwice:
    def test_a_clause_that_was_read_is_not_read_again(self, room: Room) -> None:
        done = room.run(GiveAnswer(), "can i ask for arbitration", "ask_escalation", events=read_out("C7"))
        assert done.said == [ALL]

    def test_what_matters_most_is_said_in_short_the_second_time(self, room: Room) -> None:
        done = room.run(GiveAnswer(), "how long does it take", "ask_dates", events=read_out("C6"))
        assert (done.said, done.value("part_text")) == ([PART], answer_of("C6", "in_short"))

    def test_nor_is_a_short_answer(self, room: Room) -> None:
        before = read_out("C5", PART, answer_of("C5", "voluntary"))
        assert room.run(GiveAnswer(), "is it voluntary", "ask_mediation", events=before).said == [ALL]

    def test_after_some_turns_it_is(self, room: Room) -> None:
        later: list[dict[str, Any]] = [
            {"event": "bot", "text": "…", "metadata": {"utter_action": "utter_help"}},
            {"event": "user"},
        ] * 3
        done = room.run(GiveAnswer(), "how long does it take", "ask_dates", events=[*read_out("C6"), *later])
        assert done.said == ["utter_clause"]

    def test_what_was_lost_on_its_way_is_said_again(self, room: Room) -> None:
        """The turn was run, its answer did not arrive, and the same message is asked again."""
        events = read_out("C6")
        for event in events:
            if event["event"] == "user":
                event["metadata"] = {"message_id": "one"}
        assert room.run(GiveAnswer(), "how long does it take", "ask_dates", events=events).said == ["utter_clause"]
        events[-1]["metadata"] = {"message_id": "two"}
        assert room.run(GiveAnswer(), "how long does it take", "ask_dates", events=events).said == [PART]

    def test_so_is_what_was_said_before_a_person_had_the_chat(self, room: Room) -> None:
        back = {"event": "user", "parse_data": {"intent": {"name": "agent_returned"}}}
        events = [*read_out("C6")[:-1], back, {"event": "user"}]
        assert room.run(GiveAnswer(), "how long does it take", "ask_dates", events=events).said == ["utter_clause"]


class TestWhatThePolicyDoesNotSay:
    @pytest.mark.parametrize(
        ("question", "intent", "said"),
        [
            ("is mediation confidential", "ask_mediation", UNKNOWN),
            ("where does the mediation take place", "ask_mediation", UNKNOWN),
            ("who picks the mediator", "ask_mediation", UNKNOWN),
            ("where are you located", "ask_contact", UNKNOWN),
            ("what are my rights under the consumer rights act", "ask_outside_options", "utter_rights"),
            ("how long do i have to go to court", "ask_outside_options", "utter_time_limits"),
            ("who pays for the mediator", "ask_mediation", "utter_who_pays_mediation"),
            ("how long do you keep my data", "ask_privacy", "utter_how_long_kept"),
        ],
    )
    def test_is_said_to_be_so_or_answered_from_another_part_of_it(
        self, room: Room, question: str, intent: str, said: str
    ) -> None:
        assert room.run(GiveAnswer(), question, intent).said[0] == said

    def test_how_long_is_kept_is_the_policys_figure(self, room: Room) -> None:
        done = room.run(GiveAnswer(), "how long do you keep my data", "ask_privacy")
        assert done.value("kept_case") == f"{policy.current().retention.case_months} months"
