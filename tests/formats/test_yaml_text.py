"""YAML is read back to the same values, by our decoder and by PyYAML's."""

import math
import struct

import pytest
import yaml
from export_samples import ODD_NAMES, client, constant, explicit, read_spec
from hypothesis import given
from hypothesis import strategies as st

from blis_tui.formats.yaml_text import block, document, entry, item, number_scalar, text_scalar
from blis_tui.spec.format.fields import Record
from blis_tui.spec.format.model import GoodputTargets, Lifecycle, Network, Window, WorkloadSpec

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@pytest.mark.parametrize("text", ODD_NAMES)
def test_odd_texts_are_read_back(text):
    assert yaml.safe_load(text_scalar(text)) == text
    assert yaml.safe_load(f"[{text_scalar(text)}, x]") == [text, "x"]


@given(TEXTS)
def test_any_text_is_read_back(text):
    assert yaml.safe_load(f"{{key: {text_scalar(text)}, {text_scalar(text)}: 1}}")["key"] == text
    assert read_spec(document(WorkloadSpec(version=text))).version == text


@pytest.mark.parametrize("word", ["null", "Null", "TRUE", "no", "On", "y", "~", "1", "0x1", ".inf", "<<", "=", "2020-01-01"])
def test_words_that_yaml_takes_for_something_else_are_quoted(word):
    assert text_scalar(word) == f'"{word}"'


@pytest.mark.parametrize("word", ["prompt-0-user-12", "meta-llama/Llama-3.1-8B", "poisson", "_x"])
def test_ordinary_names_are_not_quoted(word):
    assert text_scalar(word) == word


def test_what_a_terminal_would_obey_is_escaped():
    assert text_scalar("a\x1b[1m\u202eb\x00\U000e0001") == r'"a\x1b[1m\u202eb\x00\U000e0001"'


@given(st.floats(allow_nan=False))
def test_any_number_is_read_back_to_the_last_bit(value):
    back = yaml.safe_load(number_scalar(value))
    assert not isinstance(back, str)
    assert struct.pack("<d", float(back)) == struct.pack("<d", value)
    if math.isfinite(value):
        assert read_spec(document(WorkloadSpec(aggregate_rate=value))).aggregate_rate == value


@pytest.mark.parametrize(
    ("value", "text"),
    [(14.0, "14"), (0.1, "0.1"), (1e-5, "1.0e-05"), (1e300, "1.0e+300"), (2.5e-7, "2.5e-07"), (-0.0, "-0.0"),
     (math.inf, ".inf"), (-math.inf, "-.inf"), (math.nan, ".nan")],
)  # fmt: skip
def test_how_numbers_look(value, text):
    assert number_scalar(value) == text


def test_defaults_are_left_out_and_given_zeros_are_not():
    text = block(client(timeout=0, closed_loop=False, streaming=True, network=Network()), "  ")
    assert text == (
        "  id: a\n"
        "  rate_fraction: 1\n"
        "  arrival: {process: poisson}\n"
        "  input_distribution: {type: constant, params: {value: 6}}\n"
        "  output_distribution: {type: constant, params: {value: 3}}\n"
        "  streaming: true\n"
        "  network: {}\n"
        "  timeout: 0\n"
        "  closed_loop: false\n"
    )


def test_lists_stay_one_item_per_line_and_long_blocks_are_broken_up():
    many = constant(1).replace(type="empirical", params={str(number): number / 100 for number in range(30)})
    windows = (Window(start_us=0, end_us=5), Window(start_us=5, end_us=9, trace_rate=0.25, input_distribution=many))
    text = entry("lifecycle", Lifecycle(windows=windows))
    assert text.startswith(
        "lifecycle:\n  windows:\n    - {end_us: 5}\n"
        "    - start_us: 5\n      end_us: 9\n      trace_rate: 0.25\n"
        "      input_distribution:\n        type: empirical\n        params:\n"
        '          "0": 0\n          "1": 0.01\n'
    )
    spec = explicit(client(lifecycle=Lifecycle(windows=windows)))
    assert read_spec(block(spec)) == spec


def test_an_item_that_is_all_defaults():
    assert item(Window(), "  ") == "  - {}\n"


def test_a_whole_spec_is_read_back():
    spec = explicit(
        *(client(name, tenant_id=name, model=name) for name in ODD_NAMES),
        goodput_slo_targets={"batch": GoodputTargets(ttft_ms=0.5), "a: b": GoodputTargets()},
        category="language",
    )
    assert read_spec(block(spec)) == spec


def test_the_output_follows_the_declared_fields():
    """A field added to the format is written without a word about it here."""
    from blis_tui.spec.format.fields import integer

    class Extended(Record):
        new_field: int = integer("Something BLIS may have next year.")

    assert block(Extended(new_field=3)) == "new_field: 3\n"
