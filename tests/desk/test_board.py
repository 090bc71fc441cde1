"""The board: who may read it, that its figures lead to what they count, and its files."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from disputes import clock, database
from disputes.cases import states
from disputes.chat.tables import UnmetRequest
from disputes.desk.board_charts import PLANS
from disputes.people.tables import AuditEntry, Staff, Team, TeamMember
from disputes.reports.figures import FIGURES
from tests.reports.world import World
from tests.serving import Visitor, add_staff, hidden, signed_in

PAGES = (
    "/desk/board",
    "/desk/board/complaints",
    "/desk/board/chats",
    "/desk/board/behind/due",
    "/desk/board/behind/due/csv",
)


class TestAccess:
    def test_strangers_are_sent_to_sign_in(self, visitor: Visitor) -> None:
        assert [visitor.get(path).status_code for path in PAGES] == [303] * len(PAGES)

    def test_mediators_are_refused(self, visitor: Visitor) -> None:
        with signed_in(visitor.url, add_staff(role="mediator")) as mediator:
            assert [mediator.get(path).status_code for path in PAGES] == [403] * len(PAGES)

    @pytest.mark.parametrize("role", ["manager", "admin"])
    def test_managers_and_administrators_read_everything(self, visitor: Visitor, role: str) -> None:
        references = some_cases()
        with signed_in(visitor.url, add_staff(role=role)) as reader:
            assert "/desk/board" in reader.open("/desk")
            assert shown_references(reader.open("/desk/board/behind/filed")) == set(references)

    def test_agents_read_their_own_figures_only(self, visitor: Visitor) -> None:
        ada = add_staff()
        with database.transaction() as session:
            world = World(session)
            mine, other = (world.file(clock.now() - timedelta(days=3)) for _ in range(2))
            world.take(mine, clock.now() - timedelta(days=2), ada)
            world.take(other, clock.now() - timedelta(days=2))
            asked = world.ann.id
        with signed_in(visitor.url, ada) as agent:
            assert '<a href="/desk/board"' not in agent.open("/desk")
            assert '<a href="/desk/board">My figures</a>' in agent.open("/desk/account")
            for query in ("", f"?agent={asked}", "?agent=nobody"):
                assert shown_references(agent.open(f"/desk/board/behind/open{query}")) == {mine.reference}
                for page in ("board", "board/complaints"):
                    assert "Ann Baker" not in agent.open(f"/desk/{page}{query}")
                assert other.reference not in agent.get(f"/desk/board/behind/open/csv{query}").text


class TestNow:
    def test_of_an_empty_shop_says_so(self, max_: Visitor) -> None:
        assert "Nothing is about to be broken" in max_.open("/desk/board")

    def test_names_the_promises_that_end_first_and_with_whom(self, max_: Visitor) -> None:
        references = some_cases()
        page = max_.open("/desk/board")
        assert shown_references(page) == set(references[1:])
        assert "Ann Baker" in page
        assert "Mia Hughes" not in page


class TestTeams:
    def test_a_team_narrows_tables_lists_and_files(self, max_: Visitor) -> None:
        some_cases()
        with database.transaction() as session:
            ann = session.scalars(select(Staff).where(Staff.name == "Ann Baker")).one()
            returns, empty = (Team(name=name, created_at=clock.now()) for name in ("Returns", "Empty"))
            session.add_all((returns, empty))
            session.flush()
            session.add(TeamMember(team_id=returns.id, staff_id=ann.id))
            one, other = returns.id, empty.id
        for page in ("", "/complaints", "/chats"):
            assert f'<option value="{one}" selected>Returns</option>' in max_.open(f"/desk/board{page}?team={one}")
        behind = "/desk/board/behind/named"
        everybody = shown_references(max_.open(behind))
        assert everybody
        assert shown_references(max_.open(f"{behind}?team={one}")) == everybody
        assert "Returns" in max_.open(f"{behind}?team={one}")
        assert shown_references(max_.open(f"{behind}?team={other}")) == set()
        assert not any(reference in max_.open(f"{behind}/csv?team={other}") for reference in everybody)
        assert f"team={one}" in max_.open(f"/desk/board/complaints?team={one}")

    def test_that_is_none_is_said(self, max_: Visitor) -> None:
        assert max_.get("/desk/board?team=nonsense").status_code == 400

    def test_wishes_that_nobody_was_there_for_are_told_with_their_chats(self, max_: Visitor) -> None:
        with database.transaction() as session:
            chat = World(session).chat(clock.now() - timedelta(hours=2))
            wish = UnmetRequest(conversation_id=chat.id, reason="asked", office_open=True)
            wish.at, chat_id = clock.now() - timedelta(hours=1), chat.id
            session.add(wish)
        page = max_.open("/desk/board/chats")
        assert "somebody asked for a person when nobody was there" in page
        link = re.search(r'href="(/desk/board/behind/unmet[^"]*what=open[^"]*)"', page)
        assert link is not None
        assert str(chat_id) in max_.open(unescape(link[1]))


class TestFiguresLeadToWhatTheyCount:
    @pytest.mark.parametrize("by", ["week", "category", "cause", "agent"])
    @pytest.mark.parametrize("part", ["complaints", "chats"])
    def test_every_number_in_a_table_is_as_many_lines(self, max_: Visitor, part: str, by: str) -> None:
        some_cases()
        some_chats()
        page = max_.open(f"/desk/board/{part}?by={by}")
        links = counted_links(page)
        assert len(links) > 10
        for href, n in links:
            assert lines_in(max_.open(href)) == n, href

    def test_and_so_does_every_number_on_the_first_page(self, max_: Visitor) -> None:
        some_cases()
        some_chats()
        links = counted_links(max_.open("/desk/board"))
        assert links
        for href, n in links:
            assert lines_in(max_.open(href)) == n, href

    def test_a_long_list_has_pages(self, max_: Visitor) -> None:
        with database.transaction() as session:
            world = World(session)
            for _ in range(101):
                world.file(clock.now() - timedelta(hours=1))
        first, second = (max_.open(f"/desk/board/behind/filed?page={page}") for page in (1, 2))
        assert (lines_in(first), lines_in(second)) == (100, 1)
        assert "Page 2 of 2" in second

    def test_addresses_hold_days_codes_and_ids_only(self, max_: Visitor) -> None:
        some_cases()
        for path in ("/desk/board", "/desk/board/complaints?by=agent", "/desk/board/behind/open"):
            for href, query in re.findall(r'href="(/desk/board[^"?]*)\?([^"]*)"', max_.open(path)):
                for part in unescape(query).split("&"):
                    assert re.fullmatch(r"(from|to|category|cause|agent|what|kind|by|page)=[\w.-]*", part), (href, part)


class TestAsked:
    @pytest.mark.parametrize(
        "query", ["from=nonsense", "from=2026-05-02&to=2026-05-01", "from=2000-01-01&to=2026-01-01", "agent=me"]
    )
    def test_what_cannot_be_read_is_said(self, max_: Visitor, query: str) -> None:
        assert max_.get(f"/desk/board/complaints?{query}").status_code == 400

    def test_a_name_is_no_filter(self, max_: Visitor) -> None:
        assert max_.get("/desk/board?category=Mia%20Hughes").status_code == 422

    @pytest.mark.parametrize("path", ["behind/nothing", "behind/nothing/csv", "tables/nothing/csv?by=week"])
    def test_there_is_no_other_figure(self, max_: Visitor, path: str) -> None:
        assert max_.get(f"/desk/board/{path}").status_code == 404

    def test_filters_are_kept_from_page_to_page(self, max_: Visitor) -> None:
        page = max_.open("/desk/board/complaints?from=2026-05-01&to=2026-05-31&category=late")
        assert 'value="2026-05-01"' in page
        assert '<option value="late" selected>' in page
        assert "from=2026-05-01&amp;to=2026-05-31&amp;category=late" in page


class TestFiles:
    def test_a_table_has_the_same_figures_as_the_page(self, max_: Visitor) -> None:
        some_cases()
        rows = read(max_, "/desk/board/tables/cases/csv?by=category")
        assert [(row["category"], row["filed"], row["resolved"]) for row in rows] == [
            ("late", "2", "0"),
            ("lost", "1", "1"),
        ]

    def test_what_is_behind_a_figure_names_no_customer(self, max_: Visitor) -> None:
        references = some_cases()
        answer = max_.get("/desk/board/behind/filed/csv")
        rows = read(max_, "/desk/board/behind/filed/csv")
        assert {row["reference"] for row in rows} == set(references)
        for secret in ("Mia Hughes", "example.com", "says delivered", "10023"):
            assert secret not in answer.text

    def test_comes_as_a_download_that_says_it_is_utf_8(self, max_: Visitor) -> None:
        answer = max_.get("/desk/board/tables/cases/csv?by=week")
        assert answer.content.startswith(b"\xef\xbb\xbf")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''cases-by-week-")

    def test_taking_one_is_recorded_with_what_it_held(self, max_: Visitor) -> None:
        some_cases()
        max_.get("/desk/board/behind/filed/csv?category=late")
        with database.transaction() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "board.exported")).one()
        assert entry.after is not None
        assert (entry.after["what"], entry.after["rows"]) == ("filed", 2)
        assert "category=late" in entry.after["filters"]


class TestCauses:
    def test_is_for_managers_and_administrators(self, visitor: Visitor) -> None:
        with signed_in(visitor.url, add_staff()) as agent:
            assert agent.get("/desk/board/causes").status_code == 403
            assert "/desk/board/causes" not in agent.open("/desk/board")

    def test_its_figures_lead_to_what_they_count(self, max_: Visitor) -> None:
        some_cases()
        week = (clock.now() - timedelta(days=5)).date().isoformat()
        page = max_.open(f"/desk/board/causes?week={week}")
        links = counted_links(page)
        assert "Parcel never arrived: The carrier" in page
        assert links
        for href, n in links:
            assert lines_in(max_.open(href)) == n, href

    def test_its_file_has_the_same_figures(self, max_: Visitor) -> None:
        some_cases()
        week = (clock.now() - timedelta(days=5)).date().isoformat()
        rows = read(max_, f"/desk/board/causes/csv?week={week}")
        answered = [row for row in rows if row["counted"] == "first_answer"]
        assert [(row["category"], row["cause"], row["n"], row["usual"]) for row in answered] == [
            ("lost", "carrier", "1", "0.0")
        ]

    def test_the_report_by_mail_can_be_stopped_and_wanted_again(self, max_: Visitor) -> None:
        for said, button in (("no", "Send it to me"), ("yes", "Stop it")):
            token = hidden(max_.open("/desk/board/causes"), "csrf_token")
            answer = max_.submit("/desk/board/weekly", csrf_token=token, wanted=said)
            assert button in max_.follow(answer)

    def test_a_week_that_cannot_be_read_is_said(self, max_: Visitor) -> None:
        assert max_.get("/desk/board/causes?week=soon").status_code == 400


class TestCharts:
    def test_each_has_its_figures_in_a_table_and_is_hidden_from_screen_readers(self, max_: Visitor) -> None:
        some_cases()
        some_chats()
        for part, name in (("complaints", "cases"), ("chats", "chats")):
            page = max_.open(f"/desk/board/{part}")
            assert page.count("<figure") == len(PLANS[name]) == page.count("As a table, and what it counts")
            assert "style=" not in page
            assert "<script>" not in page

    def test_every_figure_on_a_page_says_what_it_counts(self, max_: Visitor) -> None:
        page = unescape(max_.open("/desk/board/complaints"))
        for name in ("filed", "first_answer", "ended", "promises", "replies", "content"):
            assert FIGURES[name].meaning in page


def some_cases() -> list[str]:
    """Three complaints: one settled, one looked into, one that nobody has taken for days."""
    now = clock.now()
    with database.transaction() as session:
        world = World(session)
        settled = world.file(now - timedelta(days=9))
        world.take(settled, now - timedelta(days=8, hours=20))
        world.answer(settled, now - timedelta(days=5), cause="carrier")
        world.step(settled, states.ACCEPTED, now - timedelta(days=4))
        taken = world.file(now - timedelta(days=12), category="late")
        world.take(taken, now - timedelta(days=11, hours=22))
        alone = world.file(now - timedelta(days=8), category="late")
        return [settled.reference, taken.reference, alone.reference]


def some_chats() -> None:
    """One that was answered, one that nobody took, and one that waits."""
    now = clock.now()
    with database.transaction() as session:
        world = World(session)
        answered, alone, waits = (world.chat(now - timedelta(hours=hours), category="late") for hours in (30, 20, 1))
        for chat in (answered, alone, waits):
            world.owner(chat, "queue", "asked", chat.created_at + timedelta(minutes=2))
        world.owner(answered, "agent", "claimed", now - timedelta(hours=29), world.ann)
        world.say(answered, world.ann, now - timedelta(hours=28))
        world.owner(answered, "closed", "closed_by_agent", now - timedelta(hours=27))
        world.helped(answered, now - timedelta(hours=26), 5)
        world.owner(alone, "bot", "nobody_claimed", now - timedelta(hours=19))


def counted_links(page: str) -> list[tuple[str, int]]:
    """Every link to what is behind a figure, and the number it stands on."""
    found = re.findall(
        r'<a(?: class="stat[^"]*")? href="(/desk/board/behind/[^"]*)">(?:<span class="stat-number">)?([\d,]+)<', page
    )
    return [(unescape(href), int(n.replace(",", ""))) for href, n in found]


def lines_in(page: str) -> int:
    """How many lines the list of a page has."""
    return len(re.findall(r'<th scope="row" data-label="(?:Case|Chat)">', page))


def shown_references(page: str) -> set[str]:
    """The cases that a page names."""
    return set(re.findall(r'class="ref" href="/desk/cases/([^"]+)"', page))


def read(reader: Visitor, path: str) -> list[dict[str, str]]:
    """A file, line by line."""
    return list(csv.DictReader(io.StringIO(reader.get(path).content.decode("utf-8-sig"))))


@pytest.fixture
def max_(visitor: Visitor) -> Iterator[Visitor]:
    """A manager at the desk."""
    with signed_in(visitor.url, add_staff("max@casened.com", "Max Boss", "manager")) as opened:
        yield opened
