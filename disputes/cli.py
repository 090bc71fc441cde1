"""The command line: `disputes --help`.

Commands import what they run when they run: the web program takes a second to import, and `--help`, `run` and
`policy check` should not wait for it.
"""
# ruff: noqa: PLC0415

import errno
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from pydantic import ValidationError

from disputes.errors import DisputesError
from disputes.local.identity import identity
from disputes.settings import settings

ROOT = Path(__file__).resolve().parent.parent

app = typer.Typer(
    help="The dispute-resolution system of the shop.", no_args_is_help=True, pretty_exceptions_enable=False
)
staff = typer.Typer(help="Members of staff who sign in at the desk.", no_args_is_help=True)
policy = typer.Typer(help="The shop's policy, policy.yml.", no_args_is_help=True)
case = typer.Typer(help="Complaints.", no_args_is_help=True)
app.add_typer(staff, name="staff")
app.add_typer(policy, name="policy")
app.add_typer(case, name="case")
app.command()(identity)


def main() -> None:
    """Runs a command. What we expect to go wrong is told in one sentence, with exit code 1."""
    try:
        app(prog_name="disputes")
    except DisputesError as error:
        sys.exit(str(error))
    except ValidationError as error:
        if error.title != "Settings":
            raise
        fault = error.errors()[0]
        setting = "_".join(str(part) for part in fault["loc"]).upper()
        is_secret = any(word in setting for word in ("KEY", "TOKEN", "SECRET", "URL"))
        value = "" if is_secret else f" (it is {fault['input']!r})"
        sys.exit(f"The setting {setting} cannot be used: {fault['msg']}{value}.")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.exit("The disk is full: make room, then run the same command again.")


@app.command()
def run() -> None:
    """Start everything on this machine, and stop it with Ctrl-C."""
    from disputes.local.run import run as run_everything

    run_everything(ROOT, settings(), say)


@app.command()
def web(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default: HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; default: PORT.")] = None,
    with_actions: Annotated[bool, typer.Option("--with-actions", help="Also serve Rasa's actions.")] = False,
    with_worker: Annotated[bool, typer.Option("--with-worker", help="Also run the jobs.")] = False,
) -> None:
    """Serve the web site: shop demo, forms, desk, API and sockets."""
    from disputes.local.attach import database_for_command
    from disputes.local.preflight import check_key, check_language

    chosen = settings()
    check_key(chosen.model_copy(update={"host": host or chosen.host}))
    check_language()
    with database_for_command(ROOT):
        from disputes import serving

        serving.web(
            host or chosen.host,
            port or chosen.port,
            actions_port=_actions_port() if with_actions else None,
            worker=with_worker,
        )


@app.command()
def worker() -> None:
    """Run the jobs: the assistant's turns, letters, periodic work."""
    from disputes.local.attach import database_for_command
    from disputes.local.preflight import check_key, check_language

    check_key(settings())
    check_language()
    with database_for_command(ROOT):
        from disputes import serving

        serving.worker()


@app.command()
def actions(
    port: Annotated[
        int | None, typer.Option(help="Port of loopback to listen on; default: that of ACTIONS_URL.")
    ] = None,
) -> None:
    """Serve Rasa's actions alone, on loopback."""
    from disputes.local.attach import database_for_command

    with database_for_command(ROOT):
        from disputes import serving

        serving.actions(port or _actions_port())


@app.command()
def train() -> None:
    """Train the assistant if what it is trained from has changed."""
    from disputes.local.training import train_if_stale

    model = train_if_stale(ROOT, settings().var_dir.absolute(), say)
    say(f"The assistant is trained: models/{model.name}.")


@app.command()
def doctor() -> None:
    """Say what is wrong here, and the command that puts it right."""
    from disputes.local.doctor import examine

    findings = list(examine(ROOT, settings()))
    for finding in findings:
        say(
            f"  ok       {finding.what}"
            if not finding.remedy
            else f"  PROBLEM  {finding.what}\n           {finding.remedy}"
        )
    if any(finding.remedy for finding in findings):
        raise typer.Exit(1)


@app.command()
def seed() -> None:
    """Fill an empty database with the demo, and print links to sign in with."""
    from disputes.local.attach import database_for_command

    with database_for_command(ROOT):
        from disputes.local.seed import seed_demo

        for line in seed_demo():
            say(line)


@app.command()
def sweep(
    now: Annotated[str, typer.Option(help="As of this moment, like 2030-01-05T09:00Z; default: the present.")] = "",
) -> None:
    """Act on every clock that has run out; with --now as if it were that moment."""
    from disputes import clock
    from disputes.deadlines.sweep import act_on_all_due, read_moment
    from disputes.local.attach import database_for_command

    moment = read_moment(now) if now else clock.now()
    with database_for_command(ROOT), clock.set_to(moment):
        done = act_on_all_due()
    say(str(done))
    if done.failed:
        raise typer.Exit(1)


@app.command()
def verify(reference: Annotated[str, typer.Argument(help="One complaint; default: all of them.")] = "") -> None:
    """Check that histories, letters and files are as they were written."""
    from disputes.local.attach import database_for_command

    with database_for_command(ROOT):
        from disputes.local.records import verified

        sheet = verified(reference)
    for line in sheet.lines:
        say(line)
    if sheet.faults:
        raise typer.Exit(1)


@app.command()
def backup(
    to: Annotated[Path, typer.Option(help="The folder for backups; each is a new folder in it.")],
    keep_days: Annotated[int, typer.Option(help="Remove backups older than this.")] = 30,
) -> None:
    """Copy both databases and all files into a new folder, while everything runs."""
    from disputes.local.attach import database_for_command

    with database_for_command(ROOT):
        from disputes.local.backup import back_up

        done = back_up(settings(), to, keep_days=keep_days)
    say(f"{done.rows} rows and {done.files} files are in {done.folder}.")


@app.command()
def restore(folder: Path) -> None:
    """Bring a backup into two empty databases and an empty folder for files. Start nothing before it is done."""
    from disputes.local.attach import server_for_command
    from disputes.local.backup import restore as bring_back

    with server_for_command():
        done = bring_back(settings(), folder)
    say(f"{done.rows} rows and {done.files} files are back, as many as were backed up.")
    say("Next, before anything is started: see “Restore” in docs/runbook.md.")


@app.command()
def bundle(
    reference: str,
    out: Annotated[Path, typer.Option(help="The file to write; it must not exist yet.")],
    for_staff: Annotated[bool, typer.Option("--for-staff", help="With what is for staff only.")] = False,
) -> None:
    """Write all papers of a complaint into one file."""
    from disputes.local.attach import by_operator, database_for_command

    with database_for_command(ROOT), by_operator():
        from disputes.local.records import write_bundle

        say(write_bundle(reference, out, for_staff=for_staff))


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="The file to write; it must not exist yet.")],
    email: Annotated[str, typer.Option(help="The person's address.")] = "",
    reference: Annotated[str, typer.Option(help="A complaint of the person.")] = "",
) -> None:
    """Write everything that is kept about one person into a file. Make sure first who asks."""
    from disputes.local.attach import by_operator, database_for_command

    with database_for_command(ROOT), by_operator():
        from disputes.local.records import write_export

        say(write_export(out, email=email, reference=reference))


@app.command()
def erase(
    email: Annotated[str, typer.Option(help="The person's address.")] = "",
    reference: Annotated[str, typer.Option(help="A complaint of the person.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
) -> None:
    """Erase a person who asked for it, and say what has to be kept until when. Make sure first who asks."""
    from disputes.local.attach import by_operator, database_for_command

    if not yes:
        typer.confirm("This cannot be taken back. Erase this person?", abort=True)
    with database_for_command(ROOT), by_operator():
        from disputes.local.records import erase_person

        for line in erase_person(email=email, reference=reference):
            say(line)


@app.command()
def hold(
    reference: str,
    by: Annotated[str, typer.Option(help="The manager's address.")],
    reason: Annotated[str, typer.Option(help="Why, for the history.")],
    until: Annotated[str, typer.Option(help="The last day, like 2030-01-31; default: as long as allowed.")] = "",
    release: Annotated[bool, typer.Option("--release", help="End the hold instead.")] = False,
) -> None:
    """Keep everything of a complaint from being erased, because of a legal claim."""
    from disputes.local.attach import by_operator, database_for_command

    with database_for_command(ROOT), by_operator():
        from disputes.local.records import hold_case

        say(hold_case(reference, by, reason, until=until, release=release))


@app.command()
def report(
    week: Annotated[str, typer.Option(help="Like 2026-W07, or one of its days; default: the last whole week.")] = "",
    send: Annotated[bool, typer.Option("--send", help="Mail it to whoever wants it and has none of it yet.")] = False,
) -> None:
    """Print the weekly report for managers, or send it."""
    from disputes.local.attach import database_for_command

    with database_for_command(ROOT):
        from disputes.local.reports import print_or_send

        say(print_or_send(week, send=send))


@app.command()
def examples(
    out: Annotated[Path, typer.Option(help="The file to write; it must not exist yet.")],
) -> None:
    """Write what staff taught the assistant into a file for data/nlu, once."""
    from disputes.local.attach import by_operator, database_for_command

    with database_for_command(ROOT), by_operator():
        from disputes.local.records import write_examples

        say(write_examples(out))


@staff.command("add")
def staff_add(
    email: str,
    role: Annotated[str, typer.Option(help="agent, manager, mediator or admin.")],
    name: Annotated[str, typer.Option(help="The name customers read; default: from the address.")] = "",
) -> None:
    """Add somebody and print a link that signs them in once."""
    from disputes.local.attach import by_operator, database_for_command

    with database_for_command(ROOT), by_operator():
        from disputes.database import transaction
        from disputes.people import service

        with transaction() as session:
            member = service.add_staff(session, email, name or _name_from(email), role)
            say(f"{settings().base_url}{service.new_sign_in_link(session, member)}")


@staff.command("link")
def staff_link(email: str) -> None:
    """Print a new link that signs somebody in once."""
    from disputes.local.attach import by_operator, database_for_command

    with database_for_command(ROOT), by_operator():
        from disputes.database import transaction
        from disputes.people import service

        with transaction() as session:
            member = service.staff_with_email(session, email)
            say(f"{settings().base_url}{service.new_sign_in_link(session, member)}")


@staff.command("reset-two-step")
def staff_reset_two_step(email: str) -> None:
    """Take the second step off somebody who has lost app and codes, and sign them out everywhere."""
    from disputes.local.attach import by_operator, database_for_command

    with database_for_command(ROOT), by_operator():
        from disputes.database import transaction
        from disputes.people import service, two_step

        with transaction() as session:
            member = service.staff_with_email(session, email)
            two_step.reset(session, member, None)
            say(f"{member.name} signs in in one step until they set up another app.")


@policy.command("check")
def policy_check(
    file: Annotated[Path | None, typer.Argument(help="The policy to read; default: POLICY_FILE.")] = None,
) -> None:
    """Read a policy and say whether it can be used."""
    from disputes.policy import load

    path = file or settings().policy_file
    load(path)
    say(f"{path} is a valid policy.")


@policy.command("explain")
def policy_explain(
    file: Annotated[Path | None, typer.Argument(help="The policy to read; default: POLICY_FILE.")] = None,
) -> None:
    """Print a whole policy in plain words, as the page /policy shows it."""
    from disputes import clock
    from disputes.policy import load
    from disputes.policy.plain_page import plain_page

    say(plain_page(load(file or settings().policy_file), clock.now()))


@case.command("show")
def case_show(reference: str) -> None:
    """Print where a complaint stands and what happened so far, without personal details."""
    from disputes.local.attach import database_for_command

    with database_for_command(ROOT):
        from disputes.local.case_sheet import sheet

        say(sheet(reference))


def say(sentence: str) -> None:
    """Prints at once, also into a pipe; goes on when nobody reads any more."""
    try:
        print(sentence, flush=True)
    except BrokenPipeError:
        sys.stdout = None


def _actions_port() -> int:
    return urlsplit(settings().actions_url).port or 5055


def _name_from(email: str) -> str:
    return email.partition("@")[0].replace(".", " ").replace("_", " ").title()
