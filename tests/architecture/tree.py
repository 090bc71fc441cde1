"""The files of the project as git sees them: committed or about to be, nothing that is ignored."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def files() -> list[Path]:
    """Every file of the project, relative to its root."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    return [Path(name) for name in listed if name and (ROOT / name).is_file()]
