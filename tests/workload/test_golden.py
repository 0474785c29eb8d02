"""The requests that BLIS made of the files in `tests/golden`, to the last token."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from blis_tui.formats.export import write_to
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.reading.decode import decode
from blis_tui.workload import kernel
from blis_tui.workload.generate import generate
from blis_tui.workload.requests import Requests

pytestmark = pytest.mark.usefixtures("each_kernel")

soak = pytest.mark.skipif(not os.environ.get("BLIS_TUI_SOAK"), reason="takes a minute; set BLIS_TUI_SOAK to run it")
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


class Hashing(io.RawIOBase):
    """Hashes what is written to it, but for the first line."""

    def __init__(self) -> None:
        self.sha256, self._begun = hashlib.sha256(), False

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.sha256.update(data if self._begun else bytes(data).partition(b"\n")[2])
        self._begun = True
        return len(data)


@pytest.mark.skipif(not kernel.COMPILED, reason="takes a minute without the compiled kernel")
@pytest.mark.parametrize("name", ["servegen-m-small", pytest.param("servegen-m-mid", marks=soak)])
def test_production_statistics_are_those_of_blis(name: str, each_kernel: str) -> None:
    """Alibaba's published statistics: gamma and Weibull gaps, lognormal lengths, cohorts with spikes."""
    if each_kernel == "twin":
        pytest.skip("takes a minute")
    digests = dict(line.split("\t", 1) for line in (GOLDEN / "real" / "digests.tsv").read_text("utf-8").splitlines())
    spec, (count, tokens, digest) = spec_of(f"real/{name}"), digests[name].split("\t")
    requests = generate(spec)
    assert len(requests) == int(count)
    assert int(requests.input_tokens.sum(dtype="i8") + requests.output_tokens.sum(dtype="i8")) == int(tokens)
    stream = Hashing()
    write_to(stream, spec, "csv", requests=requests)
    assert stream.sha256.hexdigest() == digest


def test_requests_do_not_depend_on_the_processor() -> None:
    """With all that NumPy could use of it switched off, the same bits come out of either kernel."""
    from numpy._core import _multiarray_umath as umath

    features = [feature for feature in umath.__cpu_dispatch__ if umath.__cpu_features__[feature]]
    script = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
import hashlib
from test_golden import DIGESTS, generate, lines, spec_of
from both_kernels import KERNELS, using
for name in ("clients-arrivals", "clients-distributions", "ip-five-stage", "cohorts", "clients-multimodal"):
    for each in KERNELS:
        with using(each):
            made = "".join(lines(generate(spec_of(name))))
        assert hashlib.sha256(made.encode()).hexdigest() == DIGESTS[name][2], (name, each)
"""
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": " ".join(features)}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)
