"""The history alone gives the row, and what cannot have happened is found (I7)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases.replay import Impossible, differences, replay
from tests.cases.plays import events, play, sweep_at

TUESDAY = datetime(2026, 5, 12, 14, 5, tzinfo=UTC)
STAGES = [
    "filed", "investigating", "awaiting_customer", "outcome_offered", "mediation_offered", "in_mediation",
    "escalated", "final_response", "resolved", "final_accepted", "withdrawn",
]  # fmt: skip
pytestmark = pytest.mark.database


class TestReplay:
    @pytest.mark.parametrize("stage", STAGES)
    def test_gives_the_row_at_every_stage_and_long_after(self, session: Session, stage: str) -> None:
        with clock.set_to(TUESDAY):
            played = play(session, stage)
        played.case.decider_id = None  # these plays name a decider without the event; the verb writes one
        assert differences(played.case, events(session, played.case)) == []
        for weeks in range(1, 12):
            sweep_at(session, played.case, TUESDAY + timedelta(weeks=weeks))
            assert differences(played.case, events(session, played.case)) == []

    def test_finds_a_row_that_was_changed_without_an_event(self, session: Session) -> None:
        case = play(session, "investigating").case
        case.state = "closed"
        case.expected_end += timedelta(days=1)
        wrong = differences(case, events(session, case))
        assert [line.split()[0] for line in wrong] == ["state", "expected_end"]

    def test_finds_a_history_that_no_case_can_have(self, session: Session) -> None:
        case = play(session, "outcome_offered").case
        lines = events(session, case)
        with pytest.raises(Impossible, match="outcome_offered from investigating, but the case was filed"):
            replay([line for line in lines if line.kind != "taken"])
        assert differences(case, [line for line in lines if line.kind != "taken"])

    def test_of_nothing_is_a_draft(self) -> None:
        assert replay([]).state == "draft"
