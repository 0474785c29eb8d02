"""Finding rows by words: by arithmetic, and never another answer than from the texts themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blis_tui.problems import Cancelled
from blis_tui.spec.check import check
from blis_tui.spec.format.model import Client
from blis_tui.workload.expansion.clients import ClientBlock, Expansion, Name, Names
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.generate import generate
from blis_tui.workload.query.request_fields import OF_CLIENTS
from blis_tui.workload.query.searches import ClientSearch, RequestSearch
from blis_tui.workload.query.words import contains

WORDS = st.text("0123-usept", min_size=1, max_size=7) | st.sampled_from(
    ["prompt", "user-1", "1-u", "0-user-0", "-", "stage-0-prompt-1", "12-user-3", "r-", "user-", "batch", "007", "00"]
)


def silent(part: float) -> None:
    assert 0 <= part <= 1


def block(name: Name, group: Name, users: int, size: int) -> Expansion:
    spec = check("seed: 1\n").spec
    assert spec is not None
    client = Client(id="x", tenant_id="y", slo_class="Batch", prefix_group="z")
    blocks = [ClientBlock(client, size, Names(name, group, group, users)), ClientBlock(client.replace(id="Straße-12"))]
    return Expansion(spec, blocks, aggregate_rate=1.0, category="language")


@given(
    word=WORDS,
    other=WORDS,
    users=st.integers(1, 30),
    size=st.integers(1, 400),
    kind=st.sampled_from([(True, True), (True, False), (False, True), (False, False)]),
    stem=st.sampled_from(["prompt-", "stage-1-prompt-", "", "p0", "user-"]),
)
def test_clients_are_found_as_in_their_texts(
    word: str, other: str, users: int, size: int, kind: tuple[bool, bool], stem: str
) -> None:
    clients = block(Name(stem, *kind), Name("group-", prompt=True), users, size)
    texts = ["\n".join(str(getattr(client, field)) for field in OF_CLIENTS.values()).casefold() for client in clients]
    found = ClientSearch(clients)(f"{word} {other}", silent)
    assert list(found) == [row for row, text in enumerate(texts) if word in text and other in text]


@given(stem=st.sampled_from(["request_", "", "a1", "10"]), numbers=st.lists(st.integers(0, 10**12), max_size=30), word=WORDS)
def test_numbers_are_looked_through_as_if_they_were_written(stem: str, numbers: list[int], word: str) -> None:
    found = contains(stem, np.array(numbers, np.int64), word)
    assert found.tolist() == [word in f"{stem}{number}" for number in numbers]


def test_words_that_are_no_numbers_of_ours_are_found_nowhere() -> None:
    numbers = np.array([1, 23], np.int64)
    for word in ("٣", "²", "9" * 40, "x"):
        assert not contains("request_", numbers, word).any()


CHAT = """\
version: "2"
seed: 7
horizon: 20000000
inference_perf:
  stages:
    - {rate: 3.0, duration: 10}
    - {rate: 5.0, duration: 10}
  shared_prefix:
    num_unique_system_prompts: 3
    num_users_per_system_prompt: 4
    system_prompt_len: 10
    question_len: 4
    output_len: 4
    enable_multi_turn_chat: true
"""


@pytest.mark.parametrize("word", ["1", "10", "request_1", "user-3", "prompt-2", "sess_1", "stage-1", "-0", "t_2"])
@pytest.mark.parametrize("chat", [True, False])
@pytest.mark.parametrize("subset", [True, False])
def test_requests_are_found_as_in_their_texts(word: str, chat: bool, subset: bool) -> None:
    spec = check(CHAT if chat else CHAT.replace("true", "false")).spec
    assert spec is not None
    requests = generate(spec)
    assert len(requests) > 20
    rows = np.flatnonzero(requests.client % 5 == 1) if subset else None
    numbers = range(len(requests)) if rows is None else rows.tolist()

    def text(number: int) -> str:
        client = requests.clients[int(requests.client[number])]
        group = client.prefix_group if requests.prefix_group[number] >= 0 else ""
        session = f"sess_{requests.session[number]}" if requests.session[number] >= 0 else ""
        return f"request_{number}\n{client.id}\n{group}\n{session}"

    found = RequestSearch(requests, rows)(word, silent)
    assert list(found) == [row for row, number in enumerate(numbers) if word in text(number)]


def test_a_search_that_is_no_longer_wanted_ends() -> None:
    spec = check(CHAT).spec
    assert spec is not None

    def cancelled(part: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        ClientSearch(expand(spec))("user", cancelled)
