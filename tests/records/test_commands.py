"""The commands: what they print, what they write, and the exit code that a script can rely on."""

import getpass
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from disputes import clock, database
from disputes.cases.tables import Case
from disputes.cli import app
from disputes.errors import DisputesError
from disputes.people.tables import AuditEntry, Staff
from tests.cases import factories
from tests.records.conftest import NOW, close, months_after, open_zip, tamper

pytestmark = pytest.mark.database


@pytest.fixture
def people(database_url: str) -> Iterator[tuple[Case, Case, Staff]]:
    """A closed complaint, an open one of somebody else, and a manager."""
    with clock.set_to(NOW), database.transaction() as session:
        manager = factories.staff(session, role="manager")
        closed = close(session, factories.filed(session), manager)
        still_open = factories.filed(session, name="Tom O'Neill", email="tom@example.com")
    yield closed, still_open, manager


def test_verify_counts_and_fails_on_a_break(people: tuple[Case, Case, Staff]) -> None:
    closed = people[0]
    assert run("verify") == (0, "2 histories, 0 breaks\n")
    assert run("verify", closed.reference) == (0, "1 history, 0 breaks\n")
    with database.transaction() as session:
        tamper(session, "UPDATE case_events SET kind = 'other' WHERE case_id = :id AND seq = 1", id=closed.id)
    code, said = run("verify")
    assert code == 1
    assert said == f"{closed.reference}  line 1: it was changed after it was written\n2 histories, 1 break\n"
    with pytest.raises(DisputesError, match="no complaint"):
        run("verify", "CD-0000-0000")


def test_bundle_writes_a_file_that_only_its_owner_reads(people: tuple[Case, Case, Staff], tmp_path: Path) -> None:
    out = tmp_path / "papers.zip"
    assert run("bundle", people[0].reference, "--out", str(out))[0] == 0
    assert "case.pdf" in open_zip(out.read_bytes())
    assert out.stat().st_mode & 0o777 == 0o600
    with pytest.raises(DisputesError, match="there already"):
        run("bundle", people[0].reference, "--out", str(out))


def test_export_names_the_person_in_one_way(people: tuple[Case, Case, Staff], tmp_path: Path) -> None:
    out = tmp_path / "copy.zip"
    for wrong in ((), ("--email", "tom@example.com", "--reference", people[1].reference)):
        with pytest.raises(DisputesError, match="--email or by --reference"):
            run("export", "--out", str(out), *wrong)
    assert not out.exists()
    run("export", "--out", str(out), "--reference", people[1].reference)
    assert f"cases/{people[1].reference}/case.json" in open_zip(out.read_bytes())


def test_erase_says_what_is_kept_until_when(people: tuple[Case, Case, Staff]) -> None:
    with clock.set_to(NOW):
        _, said = run("erase", "--email", "mia.hughes@example.com", "--yes")
        assert f"{people[0].reference}  kept until Saturday 12 May 2029: What happened is kept for legal" in said
        _, said = run("erase", "--reference", people[1].reference, "--yes")
        assert f"{people[1].reference}  kept until it has ended: The complaint is still open" in said
    with clock.set_to(months_after(NOW, 36)):
        assert f"{people[0].reference}  erased\n" in run("erase", "--reference", people[0].reference, "--yes")[1]


def test_erase_asks_first(people: tuple[Case, Case, Staff]) -> None:
    code, _ = run("erase", "--email", "mia.hughes@example.com", answer="n\n")
    assert code == 1
    with database.transaction() as session:
        assert session.get_one(Case, people[0].id).contact_erased_at is None


def test_hold_and_release(people: tuple[Case, Case, Staff]) -> None:
    case, manager = people[0], people[2]
    command = ("hold", case.reference, "--by", manager.email, "--reason", "A court has written.")
    with clock.set_to(NOW):
        assert run(*command, "--until", "2027-01-31")[1] == f"{case.reference} is held until Sunday 31 January 2027.\n"
        with pytest.raises(DisputesError, match="2030-01-31"):
            run(*command, "--until", "soon")
        assert run(*command, "--release")[1] == f"{case.reference} is not held any more.\n"


def test_each_is_on_record_with_the_user_who_typed_it(people: tuple[Case, Case, Staff], tmp_path: Path) -> None:
    closed, still_open, manager = people
    with clock.set_to(NOW):
        run("hold", closed.reference, "--by", manager.email, "--reason", "Mia Hughes went to court.")
        run("hold", closed.reference, "--by", manager.email, "--reason", "It is over.", "--release")
        run("bundle", closed.reference, "--out", str(tmp_path / "papers.zip"))
        run("export", "--out", str(tmp_path / "copy.zip"), "--reference", still_open.reference)
        run("erase", "--email", "mia.hughes@example.com", "--yes")
    run("staff", "add", "bo@casened.com", "--role", "agent")
    run("staff", "link", "bo@casened.com")
    run("staff", "reset-two-step", "bo@casened.com")
    with database.transaction() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.actor == "command")).all()
    assert {entry.operator for entry in entries} == {getpass.getuser()}
    assert sorted(entry.act for entry in entries) == [
        "case.bundle_taken",
        "case.held",
        "case.released",
        "link.made",
        "link.made",
        "person.erased",
        "person.exported",
        "staff.added",
        "two_step.reset",
    ]
    held = next(entry for entry in entries if entry.act == "case.held")
    assert (held.staff_id, held.subject_id) == (manager.id, closed.id)
    said = " ".join(f"{entry.before} {entry.after}" for entry in entries)
    for words in ("Mia", "Hughes", "example.com", "court"):
        assert words not in said


def run(*words: str, answer: str | None = None) -> tuple[int, str]:
    """The exit code and what was printed; expected failures are raised, as `main` would catch them."""
    done = CliRunner().invoke(app, list(words), input=answer)
    if isinstance(done.exception, DisputesError):
        raise done.exception
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout
