"""The reference streams: whole files, token hashes included."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from blis_tui.spec.check import check
from blis_tui.workload.generate import generate
from blis_tui.workload.requests import Requests

GOLDEN = Path(__file__).parent.parent / "golden"
DIGESTS = {name: rest for name, *rest in (line.split("\t") for line in (GOLDEN / "digests.tsv").read_text().splitlines())}


def reference_lines(requests: Requests) -> list[str]:
    """Write requests as tests/golden/README.md says, in the plainest way."""
    names = {name: list(requests.clients.column(name)) for name in ("id", "tenant_id", "slo_class")}
    columns = (
        requests.client, requests.arrival_us, requests.prefix_tokens, requests.input_tokens, requests.output_tokens,
        requests.session, requests.round, requests.reason_ratio, requests.deadline_us, requests.slo_target_us,
    )  # fmt: skip
    lines = []
    rows = zip(*(column.tolist() for column in columns), requests.tokens(), strict=True)
    for number, (client, arrival, prefix, inputs, outputs, session, turn, ratio, deadline, target, ids) in enumerate(rows):
        assert (len(ids[0]), len(ids[1])) == (inputs, outputs)
        token_hash = hashlib.sha256(b"".join(part.astype("<u4").tobytes() for part in ids)).hexdigest()[:16]
        lines.append(
            f"request_{number},{arrival},{names['id'][client]},{names['tenant_id'][client]},{names['slo_class'][client]},"
            f"{prefix},{inputs},{outputs},{f'sess_{session}' if session >= 0 else ''},{turn},{ratio:g},{deadline},{target},"
            f"{token_hash}"
        )
    return lines


def test_no_case_is_left_out() -> None:
    assert sorted(DIGESTS) == sorted(path.stem for path in GOLDEN.glob("*.yaml"))
    assert len(DIGESTS) == 41


@pytest.mark.parametrize("name", sorted(DIGESTS))
def test_the_stream_is_that_of_blis(name: str) -> None:
    checked = check((GOLDEN / f"{name}.yaml").read_bytes())
    assert checked.ok and checked.spec is not None
    requests = generate(checked.spec)
    lines = reference_lines(requests)
    expected = GOLDEN / f"{name}.csv"
    if expected.exists():
        assert lines == expected.read_text().splitlines()
    count, tokens, digest = DIGESTS[name]
    assert len(requests) == int(count)
    assert int(requests.input_tokens.sum() + requests.output_tokens.sum()) == int(tokens)
    assert hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest() == digest
