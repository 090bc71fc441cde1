"""Rasa with its own default pipeline and policies on our training text: what speed is compared with, in one run."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from disputes.local import training
from tests.stack import ROOT, free_port, wait_until

# Three epochs instead of the usual hundred: what is compared here is speed and memory, which depend on the shape of the
# networks and not on how long they were trained. Whether they understand is measured in docs/nlu.md.
DEFAULT_CONFIG = """
recipe: default.v1
assistant_id: default
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: 3
    constrain_similarities: true
  - name: EntitySynonymMapper
  - name: ResponseSelector
    epochs: 3
    constrain_similarities: true
  - name: FallbackClassifier
    threshold: 0.3
    ambiguity_threshold: 0.1
policies:
  - name: MemoizationPolicy
  - name: RulePolicy
  - name: UnexpecTEDIntentPolicy
    max_history: 5
    epochs: 3
  - name: TEDPolicy
    max_history: 5
    epochs: 3
    constrain_similarities: true
"""


@dataclass(frozen=True)
class RunningRasa:
    """A Rasa that answers at `url`, `ready_seconds` after its start."""

    url: str
    ready_seconds: float
    memory_mb: float
    process: psutil.Process


def train_default(folder: Path) -> Path:
    """The default model for the training text as it is now; trained once for each state of it."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"default-{training.model_hash(ROOT)}"
    model = folder / f"{name}.tar.gz"
    if not model.exists():
        config = folder / "config.yml"
        config.write_text(DEFAULT_CONFIG)
        print("Training Rasa's default pipeline for comparison; this takes a minute or two.", flush=True)
        command = [*training.rasa_command(ROOT), "train", "--config", str(config), "--out", str(folder)]
        with (folder / "train.log").open("wb") as log:
            subprocess.run(
                [*command, "--fixed-model-name", name],
                cwd=ROOT,
                env={**os.environ, **training.QUIET},
                stdout=log,
                stderr=subprocess.STDOUT,
                check=True,
            )
    return model


@contextmanager
def running(module: str, model: Path, environment: dict[str, str], log: Path) -> Iterator[RunningRasa]:
    """Rasa with this model, on a port of its own, with the actions and the tracker of `environment`.

    `module`: how it is started: `rasa` as it comes, or `nlu_components.start` as we run it.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [*training.rasa_command(ROOT, module), "run", "-i", "127.0.0.1", "-p", str(port)]
    command += ["-m", str(model), "--endpoints", "endpoints.yml", "--credentials", "credentials.yml", "--enable-api"]
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**environment, **training.QUIET}, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            wait_until(lambda: _answers(url), 240, "Rasa did not start")
            ready = time.monotonic() - began
            ask(url, "warm-up", "hello")
            itself = psutil.Process(process.pid)
            yield RunningRasa(url, ready, memory_of(itself), itself)
        finally:
            process.terminate()
            process.wait(20)


def ask(url: str, sender: str, text: str) -> float:
    """One turn straight to Rasa; returns the seconds it took. Fails when Rasa says nothing."""
    began = time.perf_counter()
    body = {"sender": sender, "message": text, "metadata": {}}
    reply = requests.post(f"{url}/webhooks/rest/webhook", json=body, timeout=60)
    took = time.perf_counter() - began
    assert reply.ok and reply.json(), f"Rasa said nothing to {text!r}"
    return took


def work_of(process: psutil.Process) -> float:
    """Seconds of a processor that a process has had so far: what else runs on the machine hardly changes them."""
    times = process.cpu_times()
    return float(times.user + times.system)


def memory_of(process: psutil.Process) -> float:
    """Resident memory of a process and its children, in MB."""
    family = [process, *process.children(recursive=True)]
    return float(sum(member.memory_info().rss for member in family)) / 1_000_000


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False
