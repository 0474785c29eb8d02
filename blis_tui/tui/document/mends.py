"""Mends asked for on the screen, and the walk from problem to problem."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from blis_tui.problems import Cancelled, Problem, SpecError
from blis_tui.spec.edits import Edit, SetValue
from blis_tui.spec.mending import apply_mends
from blis_tui.spec.mends import GENERATED_COUNT
from blis_tui.tui.document.messages import JumpRequested
from blis_tui.tui.document.problem_list import in_order
from blis_tui.tui.jobs import Job
from blis_tui.tui.preview.budget import reasons
from blis_tui.tui.preview.state import READY

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp


async def mend(app: BaseApp, problem: Problem) -> None:
    """Apply one problem's mend as one undo step."""
    if problem.mend is None:
        app.say("There is no automatic fix for this problem.", severity="warning", timeout=3)
        return
    edits: tuple[Edit, ...] = problem.mend.edits
    if any(isinstance(edit, SetValue) and edit.value is GENERATED_COUNT for edit in edits):
        try:
            count = await _count(app)
        except (SpecError, MemoryError) as error:
            app.say(reasons(error)[0].message, title="Not changed", severity="warning")
            return
        if count == 0:
            app.say("The file generates no requests.", title="Not changed", severity="warning")
        if not count:
            return
        edits = tuple(edit._replace(value=count) if isinstance(edit, SetValue) else edit for edit in edits)
    if app.edit(problem.mend.label, edits):
        app.say(f"Fixed: {problem.mend.label}", timeout=3)


async def mend_all(app: BaseApp) -> None:
    """Apply all safe mends as one undo step."""
    view = app.workspace.view
    problems = view.checked.problems if view.checked is not None else ()
    text, mended = await asyncio.to_thread(apply_mends, view.text, problems, only_safe=True, base=view.checked)
    if view.revision != app.workspace.revision:
        app.say("The text has changed in the meantime; try again.", title="Not fixed", severity="warning")
        return
    if mended:
        app.workspace.seal()
        app.write(text, f"{len(mended)} safe fix{'es' if len(mended) > 1 else ''}")
    app.say(_told(len(mended), sum(problem.mend is not None for problem in problems)), timeout=5)


def _told(mended: int, offered: int) -> str:
    """Say what came of mending: how many of the mends on offer were safe, and how the others are applied."""
    left = max(offered - mended, 0)
    others = (
        f"{left} fix{'es' if left > 1 else ''} would change the workload: F3 at the field applies {'one' if left > 1 else 'it'}."
    )
    if mended:
        return f"Fixed {mended} problem{'s' if mended > 1 else ''}; undo reverts it." + (f" {others}" if left else "")
    return others if left else "There are no automatic fixes to apply."


def next_problem(app: BaseApp) -> None:
    """Go to the problem after the one that was shown last, in the order of the text; the first follows the last."""
    view = app.workspace.view
    found = view.checked.problems if view.checked is not None else ()
    problems = in_order(found, () if app.preview.stale else app.preview.remarks)
    if not problems:
        app.say("There are no problems.", timeout=2)
        return
    keys = [(problem.code, problem.path) for problem in problems]
    last = app.problem_shown
    index = (keys.index(last) + 1) % len(keys) if last in keys else 0
    problem = problems[index]
    app.problem_shown = keys[index]
    app.post_message(JumpRequested(problem.path, problem.line, problem.column))
    app.say(problem.message, title=f"{problem.severity} {index + 1} of {len(problems)}", timeout=4)


async def _count(app: BaseApp) -> int | None:
    """Return how many requests the text generates; ``None`` if it is changed before that is known."""
    preview, revision, spec = app.preview, app.workspace.revision, app.workspace.view.spec
    assert spec is not None
    if preview.state == READY and preview.complete and preview.revision == revision and preview.made is not None:
        return len(preview.made.usual.requests)
    counted: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    def work(job: Job[int | None]) -> int | None:
        from blis_tui.workload.generate import planned_and_sent

        def progress(done: float) -> None:
            job.progress(done)
            if app.workspace.revision != revision:
                raise Cancelled

        try:
            plan, sent = planned_and_sent(spec, preview.server, progress=progress)
        except Cancelled:
            return None
        return len(plan or sent or ())

    Job(app, work, counted.set_result, counted.set_exception)
    count = await counted
    return count if app.workspace.revision == revision else None
