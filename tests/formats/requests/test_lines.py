"""Text by columns and blocks is the text that writing line by line gives."""

from __future__ import annotations

import numpy as np
import pytest
from export_samples import ODD_NAMES, SMALL_BATCHES, chat, client, constant, explicit, golden, oddly_named, written
from hypothesis import given
from hypothesis import strategies as st
from plain_lines import plain_csv, plain_jsonl

from blis_tui.formats.requests.lines import Part, Texts, lay_out, numbers, without_padding
from blis_tui.formats.requests.token_text import VOCABULARY, lines_with_ids
from blis_tui.formats.tuning import ORDINARY, Tuning
from blis_tui.spec.format.model import Arrival, Cohort, WorkloadSpec
from blis_tui.workload.generate import generate
from blis_tui.workload.tokens import TokenBlock

INT64 = st.integers(-(2**63), 2**63 - 1)
EDGES = [0, 1, 9, 10, 9999, 10_000, 10_001, 99_999_999, 10**8, 10**12 - 1, 10**12, 10**16, 2**63 - 1]


def text(*parts: Part, count: int) -> list[str]:
    return without_padding(lay_out([*parts, b"\n"], count)).decode().split("\n")[:-1]


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
@given(st.data())
def test_numbers_are_written_as_python_does(dtype: type[np.signedinteger], data: st.DataObject) -> None:
    limits = np.iinfo(dtype)
    near = st.sampled_from([edge for edge in EDGES if edge <= limits.max])
    values = data.draw(st.lists(near | st.integers(0, 300) | st.integers(int(limits.min), int(limits.max)), min_size=1))
    assert text(numbers(np.array(values, dtype)), count=len(values)) == [str(value) for value in values]


@given(st.lists(st.sampled_from(EDGES) | st.integers(-5, 20_000) | INT64, min_size=1))
def test_negative_numbers_are_left_out_if_asked(values: list[int]) -> None:
    wanted = [str(value) if value >= 0 else "" for value in values]
    assert text(numbers(np.array(values, np.int64), blank=True), count=len(values)) == wanted


@pytest.mark.parametrize("room", [0, 1 << 20])
def test_texts(room: int) -> None:
    texts = Texts([name.encode() for name in ODD_NAMES if "\n" not in name], room)
    names = [name for name in ODD_NAMES if "\n" not in name]
    for which in ([3], [1, 1], [0, 5, 5, 2], list(range(len(names)))):
        assert text(b"<", texts.of(np.array(which)), b">", count=len(which)) == [f"<{names[each]}>" for each in which]


@given(
    st.lists(st.tuples(*[st.lists(st.sampled_from([0, 9, 10, 12_345, VOCABULARY - 1]), max_size=5)] * 2), min_size=1, max_size=6),
    st.integers(0, 9),
    st.sampled_from([1, 4, 1 << 16]),
)
def test_ids_stand_between_their_brackets(pairs: list[tuple[list[int], list[int]]], length: int, at_once: int) -> None:
    ids = np.array([number for pair in pairs for each in pair for number in each], np.int32)
    bounds = np.cumsum([0, *(len(each) for pair in pairs for each in pair)]).astype(np.int64)
    block = TokenBlock(5, 5 + len(pairs), ids, bounds)
    found = lines_with_ids(
        [b"x" * length, numbers(np.arange(8, 8 + len(pairs))), b"["], b"]" + b"-" * length + b"[", b"]\n", block
    )
    joined = [tuple(",".join(map(str, each)) for each in pair) for pair in pairs]
    wanted = [f"{'x' * length}{number}[{one}]{'-' * length}[{two}]\n" for number, (one, two) in enumerate(joined, 8)]
    assert found.decode() == "".join(wanted)


def cohorts() -> WorkloadSpec:
    def cohort(name: str, **fields: object) -> Cohort:
        given: dict[str, object] = {
            "id": name, "population": 13, "rate_fraction": 1.0, "arrival": Arrival(process="poisson"),
            "input_distribution": constant(6), "output_distribution": constant(3),
        }  # fmt: skip
        return Cohort(**(given | fields))  # type: ignore[arg-type]

    named = cohort('c,"00é', tenant_id=" t0", prefix_group='g"00', prefix_sharing="per_member", prefix_length=3)
    spec = explicit(client("x0"), client("0"), aggregate_rate=40.0)
    return spec.replace(cohorts=(named, cohort("\\.", tenant_id="\\."), cohort("0", prefix_group="0")))


SPECS = {
    "odd names": oddly_named,
    "numbered names": cohorts,
    "all kinds": lambda: explicit(
        client("a", timeout=5, slo_target_us=4, streaming=True, model="m"), chat(id="b"), chat("accumulate", id="c")
    ),
}
GOLDEN_NAMES = ("clients-options", "clients-multimodal", "cohorts", "v1-chat", "ip-five-stage", "clients-chat-windows")


@pytest.mark.parametrize("name", [*SPECS, *GOLDEN_NAMES])
@pytest.mark.parametrize("tuning", [ORDINARY, SMALL_BATCHES], ids=["large batches", "small batches"])
def test_whole_files_are_those_of_plain_writers(name: str, tuning: Tuning) -> None:
    spec = SPECS[name]() if name in SPECS else golden(name)
    requests = generate(spec)
    assert written(spec, "jsonl", requests=requests, tuning=tuning) == plain_jsonl(requests, tokens=False)
    assert written(spec, "jsonl", requests=requests, tuning=tuning, tokens=True) == plain_jsonl(requests, tokens=True)
    assert written(spec, "csv", requests=requests, tuning=tuning).split(b"\n", 1)[1] == plain_csv(requests)
