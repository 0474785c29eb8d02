"""The requests that BLIS made of the files in `tests/golden`, to the last token."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.reading.decode import decode
from blis_tui.workload.generate import generate
from blis_tui.workload.requests import Requests

pytestmark = pytest.mark.usefixtures("each_kernel")

GOLDEN = Path(__file__).parent.parent / "golden"
DIGESTS = {name: rest for name, *rest in (line.split("\t") for line in (GOLDEN / "digests.tsv").read_text("utf-8").splitlines())}


def spec_of(name: str) -> WorkloadSpec:
    decoded = decode((GOLDEN / f"{name}.yaml").read_text("utf-8"))
    assert not decoded.problems
    assert decoded.spec is not None
    return decoded.spec


def lines(requests: Requests) -> list[str]:
    """Write the columns that `tests/golden/README.md` describes."""
    names, tenants, classes = (list(requests.clients.column(name)) for name in ("id", "tenant_id", "slo_class"))
    columns = zip(
        requests.arrival_us.tolist(),
        requests.client.tolist(),
        requests.prefix_tokens.tolist(),
        requests.input_tokens.tolist(),
        requests.output_tokens.tolist(),
        requests.session.tolist(),
        requests.round.tolist(),
        requests.reason_ratio.tolist(),
        requests.deadline_us.tolist(),
        requests.slo_target_us.tolist(),
        requests.tokens(),
        strict=True,
    )
    result = []
    for index, (arrival, client, prefix, inputs, outputs, session, number, ratio, deadline, target, ids) in enumerate(columns):
        hashed = hashlib.sha256(b"".join(part.astype("<u4").tobytes() for part in ids)).hexdigest()[:16]
        who = f"{names[client]},{tenants[client]},{classes[client]}"
        talk = f"sess_{session}" if session >= 0 else ""
        result.append(
            f"request_{index},{arrival},{who},{prefix},{inputs},{outputs},{talk},{number},{ratio:g},{deadline},{target},{hashed}\n"
        )
    return result


def test_all_cases_are_there() -> None:
    assert len(DIGESTS) == 41
    assert {path.stem for path in GOLDEN.glob("*.yaml")} == set(DIGESTS)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", sorted(DIGESTS))
def test_requests_are_those_of_blis(name: str, threads: int) -> None:
    requests = generate(spec_of(name), threads=threads)
    made = lines(requests)
    expected = GOLDEN / f"{name}.csv"
    if expected.exists():  # not for the large one
        assert made == expected.read_text("utf-8").splitlines(keepends=True)
    count, tokens, digest = DIGESTS[name]
    assert len(requests) == int(count)
    assert int(requests.input_tokens.sum() + requests.output_tokens.sum()) == int(tokens)
    assert hashlib.sha256("".join(made).encode()).hexdigest() == digest
