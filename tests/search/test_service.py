"""Searching over cases and chats: what is found, by whom, and that what is erased is not."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from disputes import clock
from disputes.cases import complainant, queries, service
from disputes.chat import service as chat
from disputes.chat import thread
from disputes.chat.tables import Conversation
from disputes.errors import Refused
from disputes.mediation import service as mediation
from disputes.people.tables import Staff
from disputes.records import erasure
from disputes.search import queries as queries_of_search
from disputes.search import service as search
from disputes.search.tables import SearchEntry
from tests.cases.factories import filed, staff
from tests.mediation.factories import CUSTOMER, world
from tests.offers.factories import settled
from tests.records.everywhere import IDENTIFIERS, seed_everywhere

pytestmark = pytest.mark.database

type Search = Callable[[str], tuple[list[str], list[str]]]
type Plans = Callable[[list[str], bool], list[str]]


class TestCases:
    @pytest.mark.parametrize(
        "typed",
        [
            "10023",
            "Mia Hughes",
            "hughes mia",
            "hugh",
            "mia.hughes@example.com",
            "mia.hughes",
            "example.com",
            "parcel",
            "parcels",
            "arriving",
            "the parcel never arrived",
            "hughes parcel 10023",
            "MONEY back",
        ],
    )
    def test_is_found_by(self, session: Session, find: Search, typed: str) -> None:
        case = filed(session)
        assert find(typed) == ([case.reference], [])

    @pytest.mark.parametrize("typed", ["smith", "parcel smith", "mia zebra", "0023", "ughes", "refund"])
    def test_is_not_found_by(self, session: Session, find: Search, typed: str) -> None:
        filed(session)
        assert find(typed) == ([], [])

    @pytest.mark.parametrize("shown", [str, str.lower, lambda reference: reference.replace("-", "")])
    def test_by_its_reference(self, session: Session, find: Search, shown: Callable[[str], str]) -> None:
        case, _other = filed(session), filed(session, order_number="10024")
        assert find(shown(case.reference)) == ([case.reference], [])
        assert find(case.reference[:7]) == ([case.reference], [])

    @pytest.mark.parametrize("typed", ["+44 7700 900123", "07700 900123", "07700900123", "447700900123"])
    def test_by_a_telephone_number_however_it_is_written(self, session: Session, find: Search, typed: str) -> None:
        case = filed(session, phone="+44 7700 900123")
        assert find(typed) == ([case.reference], [])

    def test_accents_make_no_difference(self, session: Session, find: Search) -> None:
        case = filed(session, name="Zoë Zieliński")
        for typed in ("zoe", "Zielinski", "ZOË ZIELIŃSKI"):
            assert find(typed) == ([case.reference], [])

    def test_by_what_was_written_later(self, session: Session, find: Search) -> None:
        case = settled(session, staff(session))
        complainant.add_information(session, case, "The courier wore a green jacket.", actor=CUSTOMER)
        for typed in ("green jacket", "carrier loss", "photo door"):  # added words, our reasons, a finding
            assert find(typed) == ([case.reference], []), typed

    def test_a_name_in_one_place_and_a_word_in_another(self, session: Session, find: Search) -> None:
        case = filed(session)
        filed(session, name="Bea Hughes", order_number="10024")
        complainant.add_information(session, case, "It was a chandelier.", actor=CUSTOMER)
        assert find("hughes chandelier") == ([case.reference], [])

    def test_names_come_before_words(self, session: Session, find: Search) -> None:
        with_name = filed(session, name="Rose Parcel", description="It is broken.")
        with_word = filed(session, order_number="10024")
        assert find("parcel")[0] == [with_name.reference, with_word.reference]

    def test_words_that_say_nothing_are_left_out(self, session: Session, find: Search) -> None:
        case = filed(session, name="Will Young")
        assert find("where is the parcel of young") == ([case.reference], [])
        assert find("will") == ([case.reference], [])

    @pytest.mark.parametrize(
        "typed", ["", " ", "!", "' OR 1=1", "a:*", "!parcel", "parcel & ", "\\", "'", "((", "☎", "%"]
    )
    def test_odd_signs_break_nothing(self, session: Session, find: Search, typed: str) -> None:
        filed(session)
        find(typed)


class TestChats:
    def test_by_what_was_said_and_by_who_said_it(self, session: Session, find: Search) -> None:
        talk = talked(session, "My teapot came without its lid", "I look for the lid.", name="Ola Berg")
        for typed in ("teapot", "teapots lid", "ola", "berg teapot", "look"):
            assert find(typed) == ([], [str(talk.id)]), typed

    def test_not_by_what_the_assistant_says_all_day(self, session: Session, find: Search) -> None:
        talk = talked(session, "My teapot came without its lid", "I look for the lid.")
        thread.append(session, talk, "bot", "Please tell me your order number.")
        assert find("please tell") == ([], [])

    def test_a_note_of_a_colleague(self, session: Session, find: Search) -> None:
        talk = talked(session, "My teapot came without its lid", "Call the pottery first", note=True)
        assert find("pottery") == ([], [str(talk.id)])


class TestMarks:
    def test_where_it_was_found(self, session: Session) -> None:
        case = filed(session)
        found = search.search(session, staff(session), "parcels").cases[0]
        assert found.case.id == case.id
        assert [(place.source, [piece.text for piece in place.pieces if piece.found]) for place in found.places] == [
            ("case", ["parcel"])
        ]

    def test_names_are_marked(self, session: Session) -> None:
        filed(session)
        found = search.search(session, staff(session), "hugh").cases[0]
        assert [piece.text for piece in found.name if piece.found] == ["Hughes"]


class TestScope:
    def test_a_sensitive_complaint_is_found_by_whoever_has_it_and_by_managers(self, session: Session) -> None:
        ann, bo, max_ = staff(session), staff(session, name="Bo"), staff(session, role="manager")
        case = service.take(session, filed(session), ann)
        service.mark_restricted(session, case, ann, restricted=True)
        assert [len(search.search(session, who, "parcel").cases) for who in (ann, bo, max_)] == [1, 0, 1]

    def test_one_that_nobody_has_is_found_by_managers_alone(self, session: Session) -> None:
        case = filed(session)
        case.restricted = True
        session.flush()
        agent, manager = staff(session), staff(session, role="manager")
        assert [len(search.search(session, who, "parcel").cases) for who in (agent, manager)] == [0, 1]

    def test_nor_the_chat_that_it_came_from(self, session: Session) -> None:
        ann, bo = staff(session), staff(session, name="Bo")
        talk = talked(session, "My teapot came without its lid", "I look for the lid.")
        case = service.take(session, filed(session, conversation_id=talk.id), ann)
        assert len(search.search(session, bo, "teapot").chats) == 1
        service.mark_restricted(session, case, ann, restricted=True)
        assert [len(search.search(session, who, "teapot").chats) for who in (ann, bo)] == [1, 0]

    @pytest.mark.parametrize("role", ["admin", "mediator"])
    def test_others_do_not_search(self, session: Session, role: str) -> None:
        with pytest.raises(Refused):
            search.search(session, staff(session, role=role), "parcel")

    def test_what_is_said_in_confidence_is_found_by_nobody(self, session: Session) -> None:
        here = world(session)
        begun = here.begin()
        mediation.write_to_neutral(session, here.case, "shop", here.shop, "Up to ninety quatloos.")
        mediation.write_note(session, begun.id, here.amara, "They would take eighty quatloos.")
        mediation.share(session, here.case, here.shop, text="Our quatloos paper.")
        for who in (here.handler, here.manager):
            assert search.search(session, who, "quatloos") == search.Results()
        behind = text("SELECT count(*) FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid"
                      " JOIN pg_namespace ON relnamespace = pg_namespace.oid"
                      " WHERE nspname = 'mediation_private' AND tgname LIKE 'search%'")  # fmt: skip
        assert session.scalar(behind) == 0


class TestErasure:
    def test_whoever_was_erased_is_not_found(self, session: Session) -> None:
        manager = staff(session, role="manager")
        cases = seed_everywhere(session)
        for identifier in set(IDENTIFIERS) - {"zq1971"}:  # the address that was given up is found no more
            assert search.search(session, manager, identifier) != search.Results(), identifier
        for case_id in [case.id for case in cases]:
            case = queries.locked(session, case_id)
            case.hold_until, case.state, case.ended_at = None, "closed", case.ended_at or clock.now()
            session.flush()
            erasure.erase_case(session, case)
        erasure.erase_person(session, email=cases[0].customer.email or "zebedee@quillfeather.example")
        for identifier in IDENTIFIERS:
            assert search.search(session, manager, identifier) == search.Results(), identifier
            assert identifier.lower() not in " ".join(session.scalars(select(SearchEntry.words))).lower()

    def test_a_deleted_chat_is_not_found(self, session: Session, find: Search) -> None:
        talk = talked(session, "My teapot came without its lid", "I look for the lid.", name="Ola")
        session.execute(text("DELETE FROM conversations WHERE id = :id"), {"id": talk.id})
        assert find("teapot") == ([], [])
        assert find("ola") == ([], [])

    def test_a_changed_address_finds_with_the_new_one_alone(self, session: Session, find: Search) -> None:
        case = filed(session)
        complainant.change_contact(session, case, CUSTOMER, email="new@elsewhere.example", phone=None)
        assert find("elsewhere") == ([case.reference], [])
        assert find("mia.hughes@example.com") == ([], [])


class TestLog:
    def test_says_who_searched_and_not_for_what(self, session: Session) -> None:
        filed(session)
        ann = staff(session)
        with capture_logs() as logged:
            search.search(session, ann, "Hughes parcel")
        assert logged == [
            {"event": "desk.searched", "log_level": "info", "staff_id": str(ann.id), "terms": 2, "cases": 1, "chats": 0}
        ]


class TestSpeed:
    @pytest.mark.parametrize("core", [True, False])
    def test_rare_words_come_from_the_index_of_words(self, many: Plans, core: bool) -> None:
        plans = many(["rare77"], core)
        assert len(plans) == 1
        assert f"Bitmap Index Scan on ix_search_entries_{'core' if core else 'words'}" in plans[0]

    @pytest.mark.parametrize("core", [True, False])
    def test_of_a_word_that_is_everywhere_the_newest_rows_are_read(self, many: Plans, core: bool) -> None:
        plans = many(["parcel"], core)
        assert len(plans) == 2
        assert f"Index Scan Backward using ix_search_entries_{'core_at' if core else 'at'}" in plans[1]


MANY = text("""
    INSERT INTO search_entries (source, row_id, is_core, case_id, conversation_id, at, words)
    SELECT CASE WHEN core THEN 'case' ELSE 'message' END, gen_random_uuid(), core, gen_random_uuid(), NULL,
        now() - number * interval '1 minute', search_words('name' || number, 'The parcel is late and rare' || number)
    FROM generate_series(1, :count) AS number, (VALUES (true), (false)) AS kind (core)
""")


def talked(session: Session, said: str, answered: str, *, name: str | None = None, note: bool = False) -> Conversation:
    """A chat in which the customer and an agent said that."""
    opened, _ = chat.open_conversation(session, None)
    chat.receive(session, opened.id, said, client_id=None)
    if name:
        chat.remember_facts(session, opened.id, {"complainant_name": name})
    agent = staff(session)
    thread.append(session, opened, "agent", answered, staff=agent, audience="staff" if note else "everyone")
    return opened


@pytest.fixture
def many(session: Session) -> Plans:
    """The plans of the questions that looking for terms asks, among very many rows."""
    session.execute(MANY, {"count": 20_000})
    for index in (
        "core",
        "words",
    ):  # what PostgreSQL does by itself a while later; until then the plan is a matter of luck
        session.execute(text(f"SELECT gin_clean_pending_list('ix_search_entries_{index}')"))
    session.execute(text("ANALYZE search_entries"))

    def plans_of(terms: list[str], core: bool) -> list[str]:
        asked: list[tuple[str, Any]] = []

        def remember(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
            asked.append((statement, parameters))

        connection = session.connection()
        event.listen(connection, "before_cursor_execute", remember)
        queries_of_search.entries(session, terms, core=core)
        event.remove(connection, "before_cursor_execute", remember)
        settings_and_questions, plans = list(asked), []
        for statement, parameters in settings_and_questions:
            if "search_entries" in statement:
                rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
                plans.append("\n".join(row[0] for row in rows))
            else:
                connection.exec_driver_sql(statement, parameters)
        return plans

    return plans_of


@pytest.fixture
def find(session: Session) -> Search:
    """What a manager finds: references of cases, and ids of chats."""
    manager: Staff = staff(session, role="manager", name="Quentin")

    def found(typed: str) -> tuple[list[str], list[str]]:
        results = search.search(session, manager, typed)
        return [each.case.reference for each in results.cases], [str(each.chat.id) for each in results.chats]

    return found
