"""No role reads a note through any function of the program."""

import ast
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import disputes
from disputes.cases import queries as cases
from disputes.mediation import service as mediation
from tests.mediation.factories import SECRET, World
from tests.mediation.readers import (
    ROLES,
    WHO,
    anybody,
    called,
    called_for_good,
    functions_of_mediation,
    functions_with_a_session,
    noted,
    takes,
    told,
)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_role_reads_a_note_through_any_function_of_mediation(here: World, data: st.DataObject) -> None:
    """Somebody of any role calls functions at random, in any order; what they get never holds the note."""
    role = data.draw(st.sampled_from(ROLES), label="role")
    known = functions_of_mediation()
    calls = data.draw(st.lists(st.sampled_from(sorted(known)), min_size=1, max_size=12), label="calls")
    party = data.draw(st.sampled_from(["customer", "shop"]), label="for the")
    holds = data.draw(st.booleans(), label="has the case")
    outer = here.session.begin_nested()
    try:
        noted(here)
        reader = anybody(here, role)
        if reader is not None and holds and role in ("agent", "manager"):
            here.case.investigator_id = reader.id
            here.session.flush()
        for name in calls:
            got = called_for_good(here, known[name], reader, party)
            assert SECRET not in told(got), name
    finally:
        outer.rollback()
        here.session.expire_all()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # some fail with a file half written
def test_no_function_of_the_program_gives_the_note_away(
    here: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every function of the packages that work on cases, called as each role with what it asks for."""
    monkeypatch.chdir(tmp_path)  # some of them write a file where they stand
    noted(here)
    here.session.flush()
    answered = set()
    for role in ROLES:
        reader = anybody(here, role)
        for name, function in functions_with_a_session():
            if role is not None and not takes(function, *WHO):
                continue  # it gives everybody the same: it was called once
            for party in ("customer", "shop") if takes(function, "party") else ("shop",):
                nested = here.session.begin_nested()
                try:
                    got = called(here, function, reader, party)
                    assert SECRET not in told(got), (name, role)
                    if got is not None:
                        answered.add(name)
                finally:
                    nested.rollback()
                    here.case = cases.locked(here.session, here.case.id)
    assert len(answered) > 60, sorted(answered)
    assert "disputes.mediation.confidential.notes_of" not in answered


def test_the_test_would_see_it(here: World) -> None:
    found = noted(here)
    got = mediation.notes_of(here.session, found, here.amara)
    assert SECRET in told(got)
    assert SECRET in told({"deep": [(got,)]})


def test_one_file_alone_knows_the_confidential_tables() -> None:
    """Nobody else can read them by mistake: no other module names the tables or their schema."""
    names = {"PrivateNote", "PrivateMessage", "SharedPaper"}
    folder = Path(disputes.__file__).parent
    users = set()
    for file in folder.rglob("*.py"):
        source = file.read_text()
        in_code = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
        imported = {
            alias.name
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.ImportFrom | ast.Import)
            for alias in node.names
        }
        if names & (in_code | imported) or "mediation_private." in source:
            users.add(str(file.relative_to(folder)))
    assert users == {"mediation/confidential.py"}
