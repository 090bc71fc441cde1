"""A supervisor with fake children, as a process: `-m tests.local.supervised FOLDER PORT PORT [MODE] [postgres]`."""

import sys
from pathlib import Path

from disputes.local.children import Child
from disputes.local.failures import CannotStart
from disputes.local.postgres import EmbeddedPostgres
from disputes.local.supervisor import Supervisor


def say(sentence: str) -> None:
    print(sentence, flush=True)


async def work(supervisor: Supervisor, folder: Path, ports: list[int], modes: list[str]) -> None:
    if "postgres" in modes:
        await supervisor.keep_postgres(EmbeddedPostgres(folder / "postgres"))
    program = [sys.executable, str(Path(__file__).with_name("fake_child.py"))]
    children = [
        Child(
            name=name,
            command=[*program, str(port), str(folder / f"{name}.pids"), *modes],
            log=folder / f"{name}.log",
            address=("127.0.0.1", port, "/health"),
            tries=2,
        )
        for port, name in zip(ports, ("web", "rasa"), strict=True)
    ]
    for child in children:
        supervisor.keep(child)
    for child in children:
        await child.ready.wait()
    say("all ready")


def main() -> None:
    folder, ports, modes = Path(sys.argv[1]), [int(port) for port in sys.argv[2:4]], sys.argv[4:]
    supervisor = Supervisor(say)
    try:
        supervisor.run(work(supervisor, folder, ports, modes))
    except CannotStart as failure:
        sys.exit(str(failure))


main()
