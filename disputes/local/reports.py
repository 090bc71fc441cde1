"""The command about reports."""

from disputes import clock, policy
from disputes.database import transaction
from disputes.reports import weekly
from disputes.reports.period import last_whole_week, read_week, week_name


def print_or_send(written: str, *, send: bool) -> str:
    """The report of a week as text; with `send` it goes to whoever wants it, and the text says to how many."""
    week = read_week(written) if written else last_whole_week(policy.current().calendar.day_of(clock.now()))
    with transaction() as session:
        if send:
            letters = weekly.send(session, week)
            said = "1 letter is" if letters == 1 else f"{letters} letters are"
            return f"{said} on the way for {week_name(week.first)}."
        return weekly.letter_for(weekly.facts_of(session, week), "manager").text
