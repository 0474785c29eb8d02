"""Exports from the designer: what is asked for, and the work in its thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from blis_tui.formats.options import USUAL, ExportOptions
from blis_tui.formats.table import PROVENANCE_SUFFIX, find_formats
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
    options: ExportOptions = USUAL

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that will be written."""
        suffixes = [suffix for each in find_formats(self.formats, exact=self.options.exact) for suffix in each.suffixes]
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
                options=choice.options,
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
