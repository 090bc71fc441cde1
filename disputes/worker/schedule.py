"""What runs by the clock. Every periodic job of the program is in this file."""

from datetime import timedelta

from procrastinate import App
from sqlalchemy import delete
from sqlalchemy.orm import Session

from disputes import clock, database
from disputes.cases import times
from disputes.chat import files as chat_files
from disputes.chat import presence, timers, work
from disputes.deadlines import sweep
from disputes.inbound import service as inbound
from disputes.investigation import service as investigation
from disputes.mediation import service as mediation
from disputes.people.tables import HalfSignIn, IdentityToken, SignInAttempt, SignInLink, StaffSession
from disputes.reports import weekly
from disputes.worker import inbound_jobs, records_jobs

KEEP_ATTEMPTS = timedelta(hours=1)
KEEP_ENDED = timedelta(days=30)
KEEP_HALF = timedelta(days=1)
KEEP_TOKENS = timedelta(hours=1)
KEEP_JOBS_HOURS = 24 * 30


def add_schedule(app: App) -> None:
    """Registers the periodic jobs."""

    @app.periodic(cron="* * * * *")
    @app.task(name=sweep.SWEEP, queueing_lock=sweep.SWEEP, pass_context=False)
    def look_at_clocks(timestamp: int) -> None:
        sweep.queue_all_due()

    @app.periodic(cron="* * * * *")
    @app.task(name="inbound.fetch", queueing_lock="inbound.fetch", lock="inbound.fetch", pass_context=False)
    def fetch_mail(timestamp: int) -> None:
        inbound_jobs.fetch_mail()

    @app.periodic(cron="* * * * * */10")
    @app.task(name=work.SWEEP, queueing_lock=work.SWEEP, lock=work.SWEEP, pass_context=False)
    def look_at_chats(timestamp: int) -> None:
        timers.queue_all_due()

    @app.periodic(cron="41 1 * * *")
    @app.task(name="times.measure", queueing_lock="times.measure", pass_context=False)
    def measure_times(timestamp: int) -> None:
        database.run(times.measure)

    @app.periodic(cron="23 4 1 * *")
    @app.task(name="times.check", queueing_lock="times.check", pass_context=False)
    def check_expected_times(timestamp: int) -> None:
        database.run(times.check_last_month)

    @app.periodic(cron="11 * * * *")
    @app.task(name="reports.weekly", queueing_lock="reports.weekly", lock="reports.weekly", pass_context=False)
    def write_weekly_report(timestamp: int) -> None:
        database.run(weekly.write_due)

    @app.periodic(cron="17 * * * *")
    @app.task(name="housekeeping", queueing_lock="housekeeping", pass_context=False)
    def housekeeping(timestamp: int) -> None:
        database.run(forget_spent_proofs)
        database.run(presence.forget_old)
        database.run(inbound.forget_old)
        database.run(investigation.sweep_files)
        database.run(chat_files.sweep)
        database.run(mediation.destroy_leftovers)

    @app.periodic(cron="23 2 * * *")
    @app.task(name="records.retention", queueing_lock="records.retention", pass_context=False)
    def run_retention(timestamp: int) -> None:
        records_jobs.forget_all_due()

    @app.periodic(cron="47 3 * * *")
    @app.task(name="forget_old_jobs", queueing_lock="forget_old_jobs")
    async def forget_old_jobs(timestamp: int) -> None:
        await app.job_manager.delete_old_jobs(
            KEEP_JOBS_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )


def forget_spent_proofs(session: Session) -> None:
    """Deletes failed sign-ins and tokens of the shop after an hour, half sign-ins after a day, ended sessions and used
    links after thirty."""
    now = clock.now()
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - KEEP_ATTEMPTS))
    session.execute(delete(StaffSession).where(StaffSession.expires_at < now - KEEP_ENDED))
    session.execute(delete(SignInLink).where(SignInLink.expires_at < now - KEEP_ENDED))
    session.execute(delete(IdentityToken).where(IdentityToken.expires_at < now - KEEP_TOKENS))
    session.execute(delete(HalfSignIn).where(HalfSignIn.expires_at < now - KEEP_HALF))
