"""`scripts/setup` on machines that lack things: a fake Python, uv and curl stand on the path, nothing else does."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.local.processes import ROOT

TOOLS = ("awk", "cat", "chmod", "cksum", "cut", "df", "dirname", "grep", "ln", "mkdir", "mv", "rm", "sleep", "touch")
PIP_REFUSES = "error: externally-managed-environment"

UV = """#!/bin/sh
echo "uv $*" >>"{calls}"
for last; do :; done
case "$*" in
    "pip sync --help") echo "--require-hashes" ;;
    venv*--python\\ 3.10*) echo "error: No download: the network is unreachable" >&2; exit 2 ;;
    venv*) mkdir -p "$last/bin" && ln -sf "{python}" "$last/bin/python" ;;
    *) {sync} ;;
esac
"""


class TestBuilding:
    def test_both_environments_are_built_and_then_nothing_more_is_done(self, machine: "Machine") -> None:
        machine.has_uv()
        machine.has_python("python3.13")
        machine.has_python("python3.10", version="3.10")
        first = machine.set_up()
        assert first.returncode == 0, first.stderr
        assert "Both environments are ready." in first.stdout
        assert [call for call in machine.calls() if "--require-hashes --python" in call] != []
        machine.calls_file.write_text("")
        began = time.monotonic()
        second = machine.set_up()
        assert (second.returncode, second.stdout, machine.calls()) == (0, "", [])
        assert time.monotonic() - began < 1

    def test_a_changed_requirement_is_installed_and_the_other_environment_left_alone(self, machine: "Machine") -> None:
        machine.has_uv()
        machine.has_python("python3.13")
        machine.has_python("python3.10", version="3.10")
        machine.set_up()
        machine.calls_file.write_text("")
        (machine.clone / "requirements" / "dev.txt").write_text("pytest==2\n")
        assert machine.set_up().returncode == 0
        assert [call for call in machine.calls() if "requirements/dev.txt" in call] != []
        assert [call for call in machine.calls() if "requirements/rasa.txt" in call] == []

    def test_a_shim_that_does_not_run_is_passed_over(self, machine: "Machine") -> None:
        machine.has_uv()
        machine.has_python("python3.13")
        machine.has_python("python3.10", version="3.10")
        shims = machine.clone / "shims"
        shims.mkdir()
        for name in ("python3.13", "python3.10"):
            write(shims / name, '#!/bin/sh\necho "pyenv: not active" >&2\nexit 127\n')
        result = machine.set_up(PATH=f"{shims}:{machine.path}")
        assert result.returncode == 0, result.stderr
        assert f"with {machine.path}/python3.10." in result.stdout


class TestFetchingUv:
    def test_a_system_python_that_refuses_pip_still_makes_an_environment(self, machine: "Machine") -> None:
        machine.has_system_python(venv=True)
        machine.has_python("python3.13")
        machine.has_python("python3.10", version="3.10")
        result = machine.set_up()
        assert result.returncode == 0, result.stderr
        assert (machine.clone / ".bootstrap" / "bin" / "uv").exists()

    def test_without_venv_pip_installs_into_a_folder(self, machine: "Machine") -> None:
        machine.has_system_python(venv=False, pip=True)
        machine.has_python("python3.13")
        machine.has_python("python3.10", version="3.10")
        assert machine.set_up().returncode == 0

    def test_without_both_curl_fetches_it(self, machine: "Machine") -> None:
        machine.has_system_python(venv=False, pip=False)
        machine.has_curl()
        machine.has_python("python3.13")
        machine.has_python("python3.10", version="3.10")
        assert machine.set_up().returncode == 0

    def test_with_nothing_at_all_one_sentence_says_what_to_do(self, machine: "Machine") -> None:
        machine.has_system_python(venv=False, pip=False)
        result = machine.set_up()
        assert result.returncode == 1
        assert result.stderr.count("\n") == 1
        assert "install it, or the package python3-venv, or connect to the network" in result.stderr


class TestFailing:
    def test_no_python_3_10_and_no_network(self, machine: "Machine") -> None:
        machine.has_uv()
        machine.has_python("python3.13")
        result = machine.set_up()
        assert result.returncode == 1
        assert result.stderr.count("\n") == 1
        assert "Python 3.10 (the assistant, Rasa) is not on this machine and could not be downloaded" in result.stderr
        assert "install Python 3.10 or connect to the network" in result.stderr

    @pytest.mark.parametrize(
        ("sync", "expected"),
        [
            ("echo 'error: No space left on device (os error 28)' >&2; exit 2", "The disk is full: make room"),
            ("echo 'error: no route to host' >&2; exit 2", "could not be installed into .venv: check the network"),
        ],
    )
    def test_an_installation_that_fails_is_told(self, machine: "Machine", sync: str, expected: str) -> None:
        machine.has_uv(sync=sync)
        machine.has_python("python3.13")
        result = machine.set_up()
        assert result.returncode == 1
        assert expected in result.stderr
        assert result.stderr.count("\n") == 1
        assert not (machine.clone / ".venv" / ".built-from").exists()


class Machine:
    """A folder with the scripts and requirements of a clone, and a path on which only chosen programs are."""

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "clone"
        self.path = folder / "bin"
        self.calls_file = folder / "calls"
        self.path.mkdir()
        self.calls_file.touch()
        shutil.copytree(ROOT / "scripts", self.clone / "scripts")
        (self.clone / "requirements").mkdir()
        for name in ("dev.txt", "rasa.txt", "uv.txt"):
            (self.clone / "requirements" / name).write_text(f"{name}==1\n")
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found, tool
            (self.path / tool).symlink_to(found)

    def has_uv(self, sync: str = ":") -> None:
        write(self.path / "uv", self._uv(sync))

    def has_python(self, name: str, *, version: str = "3.13") -> None:
        """A Python that says that it is this version; uv, when asked, makes an environment that says so too."""
        says = f"import sys; sys.version_info = ({version.replace('.', ', ')}, 0)"
        write(
            self.path / name,
            f'#!/bin/sh\n[ "$1" = -c ] || exit 1\nexec "{sys.executable}" -c "{says}\n$2"\n',
        )

    def has_system_python(self, *, venv: bool, pip: bool = False) -> None:
        inside = self.path.parent / "inside"
        write(inside, f"#!/bin/sh\nmkdir -p .bootstrap/bin\n{self._making_uv('.bootstrap/bin/uv')}\n")
        makes = f'mkdir -p .bootstrap/bin && ln -s "{inside}" .bootstrap/bin/python' if venv else "exit 1"
        installs = f'exec "{inside}"' if pip else f"echo '{PIP_REFUSES}' >&2; exit 1"
        write(
            self.path / "python3",
            f"""#!/bin/sh
case "$*" in
    -c*) exit 0 ;;
    "-m venv"*) {makes} ;;
    *--target*) {installs} ;;
    *) echo '{PIP_REFUSES}' >&2; exit 1 ;;
esac
""",
        )

    def has_curl(self) -> None:
        installer = self.path.parent / "installer"
        write(installer, f'mkdir -p "$UV_INSTALL_DIR"\n{self._making_uv("$UV_INSTALL_DIR/uv")}\n')
        write(self.path / "curl", f'#!/bin/sh\ncat "{installer}" >var/uv-install.sh\n')

    def set_up(self, **environment: str) -> subprocess.CompletedProcess[str]:
        (self.path / "sh").unlink(missing_ok=True)
        (self.path / "sh").symlink_to("/bin/sh")
        return subprocess.run(
            ["/bin/sh", "scripts/setup"],
            cwd=self.clone,
            env={"PATH": str(self.path), "HOME": str(self.clone / "home"), **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def calls(self) -> list[str]:
        return [line for line in self.calls_file.read_text().splitlines() if "--help" not in line]

    def _uv(self, sync: str) -> str:
        return UV.format(calls=self.calls_file, python=self.path.parent / "any-python", sync=sync)

    def _making_uv(self, place: str) -> str:
        prepared = self.path.parent / "prepared-uv"
        write(prepared, self._uv(":"))
        return f'cat "{prepared}" >"{place}"\nchmod +x "{place}"'


def write(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    # What an environment of the fake uv has for a Python: one that claims whatever version it is asked about.
    write(tmp_path / "any-python", "#!/bin/sh\nexit 0\n")
    assert os.access(tmp_path / "any-python", os.X_OK)
    return made
