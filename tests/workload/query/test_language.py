"""Queries: what they mean, request by request, and what is said of those that mean nothing."""

from __future__ import annotations

import operator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blis_tui.problems import Cancelled
from blis_tui.spec.check import check
from blis_tui.workload.generate import generate
from blis_tui.workload.query.language import QueryError
from blis_tui.workload.query.searches import ClientSearch, RequestSearch
from blis_tui.workload.requests import Requests

TEXT = """\
version: "2"
seed: 3
horizon: 20000000
aggregate_rate: 10
clients:
  - {id: gamma one, slo_class: batch, tenant_id: a=b, rate_fraction: 1, arrival: {process: gamma, cv: 2}, streaming: true,
     prefix_group: shared, prefix_length: 20,
     input_distribution: {type: gaussian, params: {mean: 100, std_dev: 40, min: 1, max: 400}},
     output_distribution: {type: constant, params: {value: 10}}}
  - {id: poisson-2, slo_class: standard, rate_fraction: 1, arrival: {process: poisson}, timeout: 5000000,
     input_distribution: {type: exponential, params: {mean: 100}},
     output_distribution: {type: exponential, params: {mean: 30}}}
  - {id: chat, slo_class: standard, rate_fraction: 1, arrival: {process: poisson},
     input_distribution: {type: constant, params: {value: 7}},
     output_distribution: {type: exponential, params: {mean: 30}},
     reasoning: {reason_ratio_distribution: {type: constant, params: {value: 0}},
                 multi_turn: {max_rounds: 3, think_time_us: 100000}}}
"""


def made() -> Requests:
    spec = check(TEXT).spec
    assert spec is not None
    return generate(spec)


REQUESTS = made()
SEARCH = RequestSearch(REQUESTS)
COLUMNS = {
    "input": REQUESTS.input_tokens,
    "output": REQUESTS.output_tokens,
    "prefix": REQUESTS.prefix_tokens,
    "round": REQUESTS.round,
    "request": np.arange(len(REQUESTS)),
}
SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "!=": operator.ne}
TEXTS = {"client": "id", "slo": "slo_class", "tenant": "tenant_id"}


def found(typed: str) -> list[int]:
    return SEARCH(typed, lambda part: None).tolist()


@given(
    conditions=st.lists(
        st.tuples(st.sampled_from(sorted(COLUMNS)), st.sampled_from(sorted(SIGNS)), st.integers(0, 300)), min_size=1, max_size=3
    )
)
def test_conditions_on_numbers_all_hold(conditions: list[tuple[str, str, int]]) -> None:
    wanted = [
        row
        for row in range(len(REQUESTS))
        if all(SIGNS[sign](int(COLUMNS[name][row]), value) for name, sign, value in conditions)
    ]
    assert found(" ".join(f"{name}{sign}{value}" for name, sign, value in conditions)) == wanted


@given(
    name=st.sampled_from(sorted(TEXTS)),
    sign=st.sampled_from(["=", "!=", "~", "!~"]),
    text=st.sampled_from(["gamma one", "GAMMA", "batch", "a=b", "2", "", "poisson-2", "poisson-02", "n-2", "standard"]),
)
def test_conditions_on_texts_are_on_the_clients_texts(name: str, sign: str, text: str) -> None:
    def met(row: int) -> bool:
        own = getattr(REQUESTS.clients[int(REQUESTS.client[row])], TEXTS[name]).casefold()
        holds = text.casefold() in own if "~" in sign else own == text.casefold()
        return holds != sign.startswith("!")

    assert found(f'{name}{sign}"{text}"') == [row for row in range(len(REQUESTS)) if met(row)]


@given(low=st.integers(0, 20), high=st.integers(0, 20))
def test_ranges_of_times_stand_side_by_side(low: int, high: int) -> None:
    arrivals = REQUESTS.arrival_us
    inside = np.flatnonzero((arrivals >= low * 1_000_000) & (arrivals < high * 1_000_000)).tolist()
    assert found(f"{low}s..{high * 1000}ms") == found(f"arrival={low}s..{high}s") == inside
    assert sorted({*found(f"..{low}s"), *found(f"{low}s..")}) == list(range(len(REQUESTS)))
    assert not {*found(f"..{low}s")} & {*found(f"{low}s..")}


def test_a_query_mixes_words_and_conditions() -> None:
    rows = found("input>50 client~gam 5s..10s slo=batch one")
    assert rows == [
        row
        for row in range(len(REQUESTS))
        if REQUESTS.client[row] == 0 and REQUESTS.input_tokens[row] > 50 and 5_000_000 <= REQUESTS.arrival_us[row] < 10_000_000
    ]
    assert rows


def test_truths_units_and_numbers_as_they_are_shown() -> None:
    assert found("streaming=yes") == found('client="gamma one"') != []
    assert found("streaming!=yes") == found("streaming=no")
    assert found("input>0.05k") == found("input>50") == found("INPUT>50")
    assert found("request=request_7") == [7]
    assert found("input=10..20") == found("input>=10 input<=20")
    assert found("prefix=..0") == found("prefix=0")
    assert found("deadline>1s") == np.flatnonzero(REQUESTS.deadline_us > 1_000_000).tolist() != []


def test_what_has_no_session_meets_no_condition_on_it_but_another_one() -> None:
    session = int(REQUESTS.session.max())
    rows = np.flatnonzero(REQUESTS.session == session).tolist()
    assert found(f"session={session}") == found(f"session=sess_{session}") == rows
    assert found("session>=0") == np.flatnonzero(REQUESTS.session >= 0).tolist()
    assert found(f"session<={session}") == found("session>=0")
    assert len(found(f"session!={session}")) == len(REQUESTS) - len(rows)


def test_quotes_make_a_word_of_anything() -> None:
    assert found('"gamma one"') == found('client="gamma one"')
    assert found('"a=b"') == []  # tenants are no text that requests are searched by
    assert found('"1s..2s"') == []


def test_parts_of_requests_are_found_by_their_own_numbers() -> None:
    rows = np.flatnonzero(REQUESTS.client == 1)
    assert (
        RequestSearch(REQUESTS, rows)("input>50", lambda part: None).tolist()
        == np.flatnonzero(REQUESTS.input_tokens[rows] > 50).tolist()
    )
    assert RequestSearch(REQUESTS, rows)("client=chat", lambda part: None).tolist() == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("inptu>5", "inptu>5: there is no column 'inptu'; did you mean input? there are request, arrival, input"),
        (">5", ">5: which column? there are request"),
        ("input>", "input>: what should input be? a number, such as 1000 or 1.5k"),
        ("input>x", "input>x: 'x' is not valid; input is a number, such as 1000 or 1.5k"),
        ("input>-5", "is not valid"),
        ("input~5", "input~5: input is a number; it can be compared with = != < <= > >="),
        ("client>a", "client>a: client is a text; it can be compared with = != ~ !~"),
        ("arrival>5", "arrival>5: '5' is not valid; arrival is a time with its unit, such as 90s, 1.5min or 20ms"),
        ("arrival=5s..x", "arrival=5s..x: a range of arrival is FROM..TO, each a time with its unit"),
        ("streaming=maybe", "streaming=maybe: 'maybe' is not valid; streaming is yes or no"),
        ('input>5 client="gam', '"gam: this quote has no end; end it with another "'),
        ("input=..", "a range of input is FROM..TO"),
    ],
)
def test_what_means_nothing_is_said_with_what_is_allowed(typed: str, said: str) -> None:
    with pytest.raises(QueryError) as error:
        found(typed)
    assert said in str(error.value)


@given(st.text('inputclesgam><=!~."0159skM ', max_size=20))
def test_whatever_is_typed_is_found_or_explained(typed: str) -> None:
    try:
        rows = found(typed)
    except QueryError as error:
        assert str(error)
    else:
        assert rows == sorted(set(rows)) and all(0 <= row < len(REQUESTS) for row in rows)


def test_clients_are_asked_for_by_their_numbers_and_texts() -> None:
    search = ClientSearch(REQUESTS.clients, {"requests": [5, 1, 9], "expected": [4.0, float("nan"), 2.0]})

    def clients(typed: str) -> list[int]:
        return search(typed, lambda part: None).tolist()

    assert clients("requests>4") == [0, 2]
    assert clients("expected<10") == [0, 2] and clients("expected!=4") == [1, 2]
    assert clients("input=100") == [0, 1]
    assert clients("number=2 slo~stan") == [1]
    assert clients("streaming=no gamma") == []
    with pytest.raises(QueryError, match="there are number, requests, expected, users, input, output"):
        clients("rate>3")


def test_a_query_that_is_no_longer_wanted_ends() -> None:
    def cancelled(part: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        SEARCH("input>5", cancelled)
