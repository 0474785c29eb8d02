"""Whatever a check calls good can be generated, summed up and exported: a distribution is built only if it was validated.

Every distribution a file can hold is broken in turn, on every way that generating takes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from blis_tui.cli.summary.overview import overview
from blis_tui.formats.estimate import estimates
from blis_tui.formats.export import write_to
from blis_tui.formats.table import available
from blis_tui.spec.check import check
from blis_tui.workload.first_requests import beginning_us
from blis_tui.workload.generate import generate
from blis_tui.workload.server import AssumedServer

GOOD = {"type": "constant", "params": {"value": 5}}
BROKEN: dict[str, dict[str, Any]] = {
    "no params": {"type": "constant"},
    "a param missing": {"type": "gaussian", "params": {"mean": 5, "std_dev": 1, "min": 1}},
    "no bins": {"type": "empirical"},
    "no likely bin": {"type": "empirical", "params": {"5": 0}},
    "another family": {"type": "cauchy", "params": {"value": 5}},
    "min above max": {"type": "exponential", "params": {"mean": 5, "min": 9, "max": 2}},
}
SESSIONS = {"reason_ratio_distribution": GOOD, "multi_turn": {"max_rounds": 2}}
MEDIA_FIELDS = ("text", "image", "image_count", "audio", "audio_count", "video", "video_count")
MEDIA = {f"{name}_distribution": GOOD for name in MEDIA_FIELDS}
WINDOW = {"start_us": 0, "end_us": 4_000_000}
OWN = {"input_distribution": GOOD, "output_distribution": GOOD}

CONTENTS: dict[str, dict[str, Any]] = {
    "text": {},
    "media": {"multimodal": MEDIA},
    "sessions": {"reasoning": SESSIONS},
    "sessions and media": {"reasoning": SESSIONS, "multimodal": MEDIA},
    "media and a reasoning without turns": {"reasoning": {"reason_ratio_distribution": GOOD}, "multimodal": MEDIA},
    "accumulated": {"reasoning": {**SESSIONS, "multi_turn": {"max_rounds": 2, "context_growth": "accumulate"}}},
}
MEMBERS: dict[str, dict[str, Any]] = {
    "ordinary": {"rate_fraction": 1},
    "single session": {"rate_fraction": 1, "single": True},
    "windows": {"rate_fraction": 1, "lifecycle": {"windows": [WINDOW]}},
    "varying": {"rate_fraction": 1, "lifecycle": {"windows": [{**WINDOW, **OWN, "trace_rate": 2.0}]}},
    "past the end": {"rate_fraction": 1, "lifecycle": {"windows": [WINDOW, {"start_us": 6_000_000, "end_us": 9_000_000, **OWN}]}},
    "stepped": {"rate_fraction": 1, "lifecycle": {"windows": [{**WINDOW, "trace_rate": 2.0}]}, "version": "1"},
    "users": {"concurrency": 2, "think_time_us": 100_000},
    "cohort": {"rate_fraction": 1, "population": 2},
    "spike": {"rate_fraction": 1, "population": 2, "spike": {"duration_us": 4_000_000, "trace_rate": 2.0}},
}


def specs() -> Iterator[tuple[str, dict[str, Any]]]:
    for way, member in MEMBERS.items():
        for held, content in CONTENTS.items():
            if way == "users" and "multi_turn" in content.get("reasoning", {}):
                continue  # not to be combined
            one: dict[str, Any] = {"id": "a", "arrival": {"process": "poisson"}, **OWN, **member, **content}
            version = one.pop("version", "2")
            if one.pop("single", False):
                if "multi_turn" not in one.get("reasoning", {}):
                    continue
                one["reasoning"] = {**one["reasoning"], "multi_turn": {"max_rounds": 2, "single_session": True}}
            kind = "cohorts" if "population" in one else "clients"
            yield (
                f"{way}, {held}",
                {"version": version, "horizon": 5_000_000, "aggregate_rate": 2.0, "num_requests": 50, kind: [one]},
            )


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Return where the distributions of a spec stand."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in entries:
        if str(key).endswith("_distribution"):
            yield (*path, key)
        else:
            yield from places(below, (*path, key))


def replaced(value: Any, path: tuple[str | int, ...], new: object) -> Any:
    """Return a copy in which something else stands at a path."""
    if not path:
        return new
    if isinstance(value, dict):
        return {**value, path[0]: replaced(value[path[0]], path[1:], new)}
    return [replaced(each, path[1:], new) if index == path[0] else each for index, each in enumerate(value)]


def test_media_of_sessions_are_neither_built_nor_checked() -> None:
    client = {"id": "a", "rate_fraction": 1, "arrival": {"process": "poisson"}, **OWN, "reasoning": SESSIONS}
    client["multimodal"] = {"text_distribution": {"type": "constant"}}
    text = yaml.safe_dump({"version": "2", "horizon": 5_000_000, "aggregate_rate": 2, "clients": [client]})
    spec = check(text).spec
    assert use(text)
    assert spec is not None
    assert len(generate(spec)) == 14  # as BLIS


def use(text: str) -> bool:
    """Do all there is to do with a file if its check is good; returns whether it is."""
    checked = check(text)
    if not checked.ok:
        return False
    assert checked.spec is not None
    server = AssumedServer()
    users = any(client.concurrency for client in checked.spec.clients)
    plan = None if users else generate(checked.spec)
    sent = generate(checked.spec, server=server)
    overview(plan, sent if users or sent.sent else None, server, assumed=False)
    beginning_us(sent.clients, 3, server)
    estimates(text, sent)
    for each in available():
        if each.streams and each.takes(checked.spec):
            write_to(io.BytesIO(), checked.spec, each.name, text=text, requests=sent, tokens=True)
    return True


@pytest.mark.parametrize(("name", "spec"), specs())
def test_every_distribution_that_is_built_is_checked(name: str, spec: dict[str, Any]) -> None:
    assert use(yaml.safe_dump(spec)), name
    for path in places(spec):
        for what, broken in BROKEN.items():
            try:
                use(yaml.safe_dump(replaced(spec, path, broken)))
            except Exception as error:
                pytest.fail(f"{name}: {path} with {what}: {type(error).__name__}: {error}")
