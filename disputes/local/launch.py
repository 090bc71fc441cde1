"""Runs a program so that it dies when its starter dies, however suddenly: `launch.py STARTER_PID PROGRAM ...`

On Linux the kernel does it and this process becomes the program. Elsewhere this process stays, watches its
parent and takes the whole process group with it. It imports nothing of ours, to start in some hundredths of
a second.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.5


def main() -> None:
    starter, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != starter:
            sys.exit("the starter is gone already")
        os.execvp(command[0], command)
    _stay_and_watch(starter, command)


def _stay_and_watch(starter: int, command: list[str]) -> None:
    """Waits for the program, which gets the group's signals itself, and ends the way it ended."""
    process = subprocess.Popen(command)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    while process.poll() is None:
        if os.getppid() != starter:
            os.killpg(os.getpgrp(), signal.SIGKILL)
        time.sleep(LOOK_SECONDS)
    sys.exit(process.returncode if process.returncode >= 0 else 128 - process.returncode)


if __name__ == "__main__":
    main()
