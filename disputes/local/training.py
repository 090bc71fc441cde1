"""Trains the assistant when what it is trained from has changed, and only then."""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from disputes.local.failures import CannotStart
from disputes.words import file_of, language_dir

TRAINED_FROM = (
    "config.yml",
    "domain.yml",
    "domain",
    "data/nlu",
    "data/rules",
    "nlu_components/values.yml",
)
CODE_BEHIND = ("nlu_components", "requirements/rasa.txt")
"""Ours, whatever the language."""
KEPT_MODELS = 3
USEFUL_LINES = 6
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONUNBUFFERED": "1",
}

Say = Callable[[str], None]


def rasa_command(root: Path, module: str = "rasa") -> list[str]:
    """How Rasa is called in its own environment; not by its script, which breaks when a clone is moved."""
    return [str(root / ".venv-rasa" / "bin" / "python"), "-m", module]


def model_hash(root: Path) -> str:
    """A name for everything that decides what the trained model is: names and bytes of all its sources."""
    digest = hashlib.sha256()
    for path in sorted(_sources(root)):
        digest.update(f"{_name(path, root)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def current_model(root: Path) -> Path | None:
    """The model trained from the files as they are now, or None when it has yet to be trained."""
    model = _model_path(root)
    return model if model.exists() else None


def train_if_stale(root: Path, var: Path, say: Say, *, stop: threading.Event | None = None) -> Path:
    """The current model, trained now if need be; `say` gets a sentence and then a sign of life.

    Two callers at once train once: the second waits for the first. Raises CannotStart with the useful end of
    Rasa's output when training fails, or when `stop` is set meanwhile.
    """
    model = _model_path(root)
    if model.exists():
        return model
    with _only_one(root / "models" / ".training.lock", say):
        if not model.exists():
            _train(root, model, var / "log" / "train.log", say, stop or threading.Event())
            _forget_old_models(model)
    return model


def _model_path(root: Path) -> Path:
    return root / "models" / f"{model_hash(root)}.tar.gz"


def _sources(root: Path) -> Iterator[Path]:
    for source in (*(file_of(name, root) for name in TRAINED_FROM), *(root / name for name in CODE_BEHIND)):
        if source.is_file():
            yield source
        elif source.is_dir():
            yield from (
                path
                for path in source.rglob("*")
                if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
            )


def _name(path: Path, root: Path) -> str:
    base = root if path.is_relative_to(root) else language_dir()
    return path.relative_to(base or root).as_posix()


def _place(name: str, root: Path) -> str:
    return str(file_of(name, root).absolute())


def _train(root: Path, model: Path, log: Path, say: Say, stop: threading.Event) -> None:
    for needed in ("config.yml", "domain.yml", "data"):
        if not (root / needed).exists():
            raise CannotStart(f"{needed} is missing: the assistant cannot be trained without it.")
    if not Path(rasa_command(root)[0]).exists():
        raise CannotStart("Rasa's environment .venv-rasa is missing: run `make setup`.")
    say("Training the assistant; this takes a minute or two.")
    log.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=model.parent, prefix=".new-") as folder:
        examples = file_of("data/nlu", root)
        data = ["data"] if examples == root / "data/nlu" else [_place("data/nlu", root), _place("data/rules", root)]
        arguments = ["train", "--domain", _place("domain.yml", root), "--config", _place("config.yml", root)]
        arguments += ["--data", *data]
        arguments += ["--out", folder, "--fixed-model-name", "model"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*_tied_to_us(), *rasa_command(root), *arguments],
                cwd=root,
                env={**os.environ, **QUIET, "LANGUAGE_DIR": str(language_dir() or "")},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            _wait(process, say, stop)
        trained = Path(folder) / "model.tar.gz"
        if process.returncode != 0 or not trained.exists():
            raise CannotStart(_explain(log))
        trained.replace(model)


def _tied_to_us() -> list[str]:
    """The prefix under which a program dies with us."""
    return [sys.executable, "-I", str(Path(__file__).with_name("launch.py")), str(os.getpid())]


def _wait(process: subprocess.Popen[bytes], say: Say, stop: threading.Event) -> None:
    began = time.monotonic()
    told = 0
    while process.poll() is None:
        if stop.wait(0.1):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait()
            raise CannotStart("Training was interrupted.")
        seconds = int(time.monotonic() - began)
        if seconds // 10 > told:
            told = seconds // 10
            say(f"  still training, {seconds} s")


def _explain(log: Path) -> str:
    text = re.sub(r"\x1b\[[0-9;]*m", "", log.read_text(errors="replace"))
    if "No space left on device" in text:
        return "The disk is full: make room, then start again."
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"error|exception|invalid|not found", line, re.IGNORECASE)]
    useful = (telling or lines)[-USEFUL_LINES:]
    return f"The assistant could not be trained. (All of it: {log})\n" + "\n".join(f"  {line}" for line in useful)


def _forget_old_models(newest: Path) -> None:
    """Keeps the newest few of the models named by us; models that people named are theirs."""
    ours = [path for path in newest.parent.glob("*.tar.gz") if re.fullmatch(r"[0-9a-f]{16}\.tar", path.stem)]
    for path in sorted(ours, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT_MODELS:]:
        path.unlink(missing_ok=True)
    for leftover in newest.parent.glob(".new-*"):
        shutil.rmtree(leftover, ignore_errors=True)


@contextlib.contextmanager
def _only_one(lock: Path, say: Say) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another process is training the assistant; waiting for it.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
