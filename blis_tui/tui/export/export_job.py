"""Exports from the designer: what is asked for, the work in its thread, and the commands that use what was written."""

from __future__ import annotations

import shlex
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from blis_tui.formats.table import EXACT, FORMATS, INFERENCE_PERF, PROVENANCE_SUFFIX, find_formats
from blis_tui.simulation.command import MODEL
from blis_tui.spec.yaml.encoding import UTF_8
from blis_tui.tui.jobs import EVERY_S, Job

if TYPE_CHECKING:
    from textual.message_pump import MessagePump

    from blis_tui.formats.export import Exported
    from blis_tui.spec.format.model import WorkloadSpec
    from blis_tui.workload.requests import Requests
    from blis_tui.workload.server import AssumedServer

Told = Callable[[str, float, "float | None"], None]
"""Is told what is being done, the part of it that is done, and the seconds left."""


class ExportChoice(NamedTuple):
    """What is to be exported, and where to. `requests` are the spec's if they are at hand."""

    spec: WorkloadSpec
    text: str
    path: str
    folder: Path
    stem: str
    formats: tuple[str, ...]
    tokens: bool = False
    force: bool = False
    requests: Requests | None = None
    encoding: str = UTF_8
    server: AssumedServer | None = None
    """What is assumed of answers, if what is sent is to be written and not what is planned."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that will be written."""
        suffixes = [suffix for each in find_formats(self.formats) for suffix in each.suffixes]
        return tuple(self.folder / f"{self.stem}{suffix}" for suffix in (*suffixes, PROVENANCE_SUFFIX))


class ExportJob:
    """One export in a thread. Cancelled, or failed, it leaves nothing after."""

    def __init__(
        self,
        owner: MessagePump,
        choice: ExportChoice,
        done: Callable[[Exported], None],
        failed: Callable[[Exception], None],
        told: Told,
    ) -> None:
        self._choice = choice
        self._told = told
        self._label = ""
        self._started = self._latest = 0.0
        self._finished = threading.Event()
        self._job: Job[Exported] = Job(owner, self._work, done, failed)

    def cancel(self, wait_s: float = 0.0) -> None:
        """Stop, and wait so long until everything half-written is removed."""
        self._job.cancel()
        if wait_s:
            self._finished.wait(wait_s)

    @property
    def finished(self) -> bool:
        """Whether the thread is through, and its files are complete or gone."""
        return self._finished.is_set()

    def _work(self, job: Job[Exported]) -> Exported:
        from blis_tui.formats.export import export
        from blis_tui.workload.generate import generate

        choice = self._choice

        def requests() -> Requests:
            if choice.requests is not None:
                return choice.requests
            return generate(choice.spec, server=choice.server, progress=lambda done: self._progress(job, "Generating", done))

        def written(done: int, total: int) -> None:
            self._progress(job, "Writing", done / total if total else 1.0)

        try:
            return export(
                choice.spec,
                choice.folder,
                choice.formats,
                stem=choice.stem,
                text=choice.text,
                encoding=choice.encoding,
                path=choice.path,
                tokens=choice.tokens,
                force=choice.force,
                requests=requests,
                progress=written,
            )
        finally:
            self._finished.set()

    def _progress(self, job: Job[Exported], label: str, done: float) -> None:
        job.check()
        now = time.monotonic()
        if label != self._label:
            self._label, self._started = label, now
        if now - self._latest >= EVERY_S:
            self._latest = now
            elapsed = now - self._started
            job.tell(self._told, label, done, elapsed / done * (1.0 - done) if done > 0 else None)


def commands_for(paths: Sequence[Path]) -> list[str]:
    """Return the commands for BLIS and for inference-perf that run what was written."""
    written = {_suffix(path): shlex.quote(str(path)) for path in paths}
    specs = [suffix for each in FORMATS for suffix in each.suffixes if each.streams and suffix.endswith(".yaml")]
    commands = [f"blis run --model {MODEL} --workload-spec {written[suffix]}" for suffix in specs if suffix in written]
    if ".trace.yaml" in written:
        header, data = written[".trace.yaml"], written[".trace.csv"]
        commands.append(f"blis replay --model {MODEL} --trace-header {header} --trace-data {data}")
    if INFERENCE_PERF.suffixes[0] in written:
        commands.append(f"inference-perf --config_file {written[INFERENCE_PERF.suffixes[0]]}")
    for path in paths:
        if _suffix(path) == EXACT.suffixes[0]:  # it finds its trace in the folder where it runs
            commands.append(f"cd {shlex.quote(str(path.parent))} && inference-perf --config_file {shlex.quote(path.name)}")
    return commands


def _suffix(path: Path) -> str:
    """Return the longest suffix of any format with which a file's name ends."""
    return max((suffix for each in FORMATS for suffix in each.suffixes if path.name.endswith(suffix)), key=len, default="")
