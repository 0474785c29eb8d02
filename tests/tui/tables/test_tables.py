"""Tables of clients and requests: any number of rows, filtered, sorted, shown literally."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from designer import SMALL, MakeApp, ready, wait_for, write
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Static

from blis_tui.formats.rows import write_rows
from blis_tui.spec.check import check
from blis_tui.tui.filing.file_dialog import PathInput
from blis_tui.tui.tables.client_columns import ClientNumbers, client_table
from blis_tui.tui.tables.client_dialog import ClientDialog
from blis_tui.tui.tables.write_dialog import RowsDialog, WriteDialog
from blis_tui.tui.widgets.column_dialog import ColumnDialog
from blis_tui.tui.widgets.confirm_dialog import ConfirmDialog
from blis_tui.tui.widgets.line_table import FilterInput, LineTable
from blis_tui.tui.widgets.row_order import natural
from blis_tui.tui.widgets.table_rows import TableRows, fitted
from blis_tui.tui.widgets.tick_box import TickBox
from blis_tui.workload.expansion.compact import expand

MILLION = (
    SMALL.replace("num_unique_system_prompts: 9", "num_unique_system_prompts: 1000")
    .replace("num_users_per_system_prompt: 5", "num_users_per_system_prompt: 500")
    .replace("rate: 8.0", "rate: 1.0")
    .replace("rate: 20.0", "rate: 1.0")
)
HOSTILE = """\
version: "2"
seed: 1
horizon: 1000000
aggregate_rate: 20
clients:
  - id: "[red]wide 漢字 \\e[2J 🎉 אבג"
    rate_fraction: 1.0
    arrival: {process: poisson}
    input_distribution: {type: gaussian, params: {mean: 10, std_dev: 2, min: 1, max: 20}}
    output_distribution: {type: constant, params: {value: 10}}
    lifecycle: {windows: [{start_us: 0, end_us: 1000000}]}
"""


async def opened(pilot: Pilot[int], tab: str) -> LineTable:
    await ready(pilot)
    await pilot.press({"clients": "alt+2", "requests": "alt+3"}[tab])
    await wait_for(pilot, lambda: pilot.app.query_one(f"#{tab} TableRows").has_focus, "the table")
    table = pilot.app.query_one(f"#{tab} LineTable", LineTable)
    await wait_for(pilot, lambda: len(table.rows.order) and not table.is_busy, "rows")
    return table


def line(table: LineTable, y: int) -> str:
    return table.rows.render_line(y).text


def foot(table: LineTable) -> str:
    return str(table.query_one(".foot", Static).render())


async def test_clients_are_listed_and_counted(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 40)) as pilot:
        table = await opened(pilot, "clients")
        await wait_for(pilot, lambda: "requests" in line(table, 0), "counts")
        assert "stage-0-prompt-0-user-0" in line(table, 1) and line(table, 1).startswith("▸")
        assert foot(table).startswith("90 clients · all: ")
        columns = {column.title: column for column in table.rows.columns}
        counts = [int(columns["requests"].cell(row)) for row in range(90)]
        assert app.previewer.preview.requests is not None
        assert sum(counts) == len(app.previewer.preview.requests)


GOLDEN, SPECS = (Path(__file__).parents[2] / name for name in ("golden", "specs"))


@pytest.mark.parametrize(
    ("path", "title", "rates"),
    [
        (GOLDEN / "clients-num-requests-only.yaml", "share", ["50%", "50%"]),
        (GOLDEN / "clients-prefix.yaml", "share", ["41.7%", "25%", "16.7%", "16.7%"]),
        (SPECS / "spikes.yaml", "share", ["33.3%"] * 6),  # each of three, while their cohort is active
        (GOLDEN / "clients-window-absolute.yaml", "rate", ["per window", "per window"]),
        (GOLDEN / "clients-windows-mixed.yaml", "rate", ["per window", "none", "per window"]),
        (GOLDEN / "v1-chat.yaml", "share", ["25%"] * 4),
        (SPECS / "fractions.yaml", "rate", ["0.33 req/s"] * 4 + ["0.83 req/s"] * 4),
        (GOLDEN / "clients-arrivals.yaml", "rate", ["11.3%", "14.4%", "20.1%", "10.2%", "11.2%", "5.26 req/s", "16.36 req/s"]),
    ],
)
def test_rates_of_clients_are_shares_of_one_or_their_own(path: Path, title: str, rates: list[str]) -> None:
    spec = check(path.read_bytes()).spec
    assert spec is not None
    clients = expand(spec)
    (column,) = [column for column in client_table(clients, ClientNumbers()).columns if column.title in ("rate", "share")]
    assert column.title == title
    assert [column.cell(row) for row in range(len(clients))][: len(rates)] == rates


POOL = """\
version: "2"
seed: 7
horizon: 30000000
aggregate_rate: 2
clients:
- id: pool
  concurrency: 12
  think_time_us: 2000000
  input_distribution: {type: constant, params: {value: 100}}
  output_distribution: {type: constant, params: {value: 50}}
- id: alone
  rate_fraction: 1.0
  arrival: {process: poisson}
  input_distribution: {type: constant, params: {value: 100}}
  output_distribution: {type: constant, params: {value: 50}}
"""


async def test_a_pool_shows_its_users_and_whose_each_request_is(make_app: MakeApp) -> None:
    app = make_app(POOL)
    async with app.run_test(size=(160, 40)) as pilot:
        table = await opened(pilot, "clients")
        columns = {column.title: column for column in table.rows.columns}
        assert [columns["users"].cell(row) for row in range(2)] == ["12", ""]
        assert [columns["rate"].cell(row) for row in range(2)] == ["closed loop", "100%"]
        table = await opened(pilot, "requests")
        columns = {column.title: column for column in table.rows.columns}
        assert "session" not in columns  # no request is a round of a conversation
        requests = app.preview.requests
        assert requests is not None
        users = [columns["user"].cell(row) for row in range(len(requests))]
        assert {user for user, client in zip(users, requests.client, strict=True) if client == 0} == {
            f"user_{number}" for number in range(12)
        }
        assert {user for user, client in zip(users, requests.client, strict=True) if client == 1} == {""}
        await pilot.press("slash")
        await write(pilot, "user_11")
        await wait_for(pilot, lambda: len(table.rows.order) == users.count("user_11") and not table.is_busy, "rows of a user")


async def test_keys_move_the_cursor_and_it_stays_in_view(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await opened(pilot, "clients")
        rows = table.rows
        await pilot.press("j", "down", "k")
        assert rows.row == 1
        await pilot.press("G")
        assert rows.row == 89
        height = rows.scrollable_content_region.height
        assert "user-4" in line(table, height - 1) and line(table, height - 1).startswith("▸")
        await pilot.press("home", "pagedown")
        assert 1 < rows.row < 89
        for _ in range(12):
            await pilot.press("l")
        assert rows.column == len(rows.columns) - 1 and rows.scroll_offset.x > 0
        assert rows.columns[-1].title in line(table, 0)
        for _ in range(12):
            await pilot.press("h")
        assert rows.scroll_offset.x == 0


async def test_filter_while_typing_and_drop_it(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        table = await opened(pilot, "clients")
        await pilot.press("slash")
        await write(pilot, "user-3 STAGE-1")
        await wait_for(pilot, lambda: foot(table).startswith("9 of 90 clients match"), "the matches")
        await pilot.press("enter")
        assert table.rows.has_focus and table.rows.index == 48
        await pilot.press("escape")
        await wait_for(pilot, lambda: len(table.rows.order) == 90, "all rows")
        await pilot.press("slash", "x", "y", "z")
        await wait_for(pilot, lambda: foot(table).startswith("0 of 90"), "no match")
        assert table.rows.index is None
        await pilot.press("enter", "enter", "down", "escape")
        await wait_for(pilot, lambda: len(table.rows.order) == 90, "all rows")
        assert not isinstance(app.screen, ClientDialog)


async def test_the_filter_outlives_an_edit(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        table = await opened(pilot, "clients")
        await pilot.press("slash")
        await write(pilot, "user-3")
        await wait_for(pilot, lambda: foot(table).startswith("18 of 90"), "the matches")
        app.write(SMALL.replace("prompts: 9", "prompts: 4"), "test")
        await ready(pilot)
        await wait_for(pilot, lambda: foot(table).startswith("8 of 40"), "the new matches")
        assert table.query_one(FilterInput).value == "user-3"


async def test_sort_up_down_and_no_longer(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        table = await opened(pilot, "requests")
        rows = table.rows
        titles = [column.title for column in rows.columns]
        rows.column = titles.index("client")
        await pilot.press("s")
        await wait_for(pilot, lambda: rows.sorting == (rows.column, False) and not table.is_busy)
        names = [rows.columns[rows.column].cell(int(row)) for row in rows.order]
        assert names == sorted(names, key=natural)
        rows.column = titles.index("arrival s")
        await pilot.press("s", "s")
        await wait_for(pilot, lambda: rows.sorting == (rows.column, True) and not table.is_busy)
        assert list(rows.order) == list(range(len(names)))[::-1]
        assert "arrival s ▼" in line(table, 0)
        await pilot.press("s")
        await wait_for(pilot, lambda: rows.sorting is None and list(rows.order) == list(range(len(names))))


async def test_clients_that_were_found_are_sorted_by_their_numbers(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        table = await opened(pilot, "clients")
        await pilot.press("slash")
        await write(pilot, "user-3")
        await wait_for(pilot, lambda: foot(table).startswith("18 of 90"), "the matches")
        await pilot.press("enter", "right", "s", "s")
        assert table.rows.columns[1].title == "number"
        await wait_for(pilot, lambda: table.rows.sorting == (1, True) and not table.is_busy)
        assert list(table.rows.order) == sorted(range(3, 90, 5), reverse=True)


def test_numbers_within_texts_are_sorted_by_value() -> None:
    assert sorted(["user-10", "user-2", "10", "user"], key=natural) == ["10", "user", "user-2", "user-10"]


@pytest.mark.parametrize(
    "text", ["plain", "漢字漢字漢字", "a漢字", "🎉🎉🎉🎉", "\x1b[2J", "e\u0301e\u0301e\u0301", "", "אבגדהוז"]
)
@pytest.mark.parametrize("width", [1, 2, 5, 8])
def test_a_cell_is_as_wide_as_its_column(text: str, width: int) -> None:
    for right in (False, True):
        assert cell_len(fitted(text, width, right)) == width
        assert "\x1b" not in fitted(text, width, right)


async def test_hostile_ids_are_shown_literally(make_app: MakeApp) -> None:
    app = make_app(HOSTILE)
    async with app.run_test(size=(120, 40)) as pilot:
        table = await opened(pilot, "clients")
        assert r"[red]wide 漢字 \x1b[2J" in line(table, 1)
        assert table.rows.render_line(1).cell_length == table.rows.scrollable_content_region.width
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, ClientDialog), "the dialog")
        shown = str(app.screen.query_one(".facts", Static).render())
        assert r"[red]wide 漢字 \x1b[2J" in shown
        assert "gaussian mean 10, std_dev 2, min 1, max 20" in shown and "0 s – 1 s" in shown
        assert "\x1b" not in str(app.screen.query_one(".dialog").border_title)


async def test_a_client_shows_its_requests(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, "clients")
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, ClientDialog), "the dialog")
        rows = app.screen.query_one(TableRows)
        await wait_for(pilot, lambda: len(rows.order), "its requests")
        requests = app.previewer.preview.requests
        assert requests is not None
        mine = [number for number in range(len(requests)) if requests.client[number] == 1]
        assert [rows.columns[0].cell(row) for row in rows.order] == [f"request_{number}" for number in mine]
        await pilot.press("escape")
        await wait_for(pilot, lambda: not isinstance(app.screen, ClientDialog), "the table")


@pytest.mark.parametrize("tab", ["clients", "requests"])
async def test_a_row_that_was_chosen_and_is_gone_shows_no_client(make_app: MakeApp, tab: str) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        table = await opened(pilot, tab)
        table.rows.post_message(TableRows.Chosen(1_000_000))
        await pilot.pause()
        assert not isinstance(app.screen, ClientDialog)


async def test_requests_say_when_they_are_old(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        table = await opened(pilot, "requests")
        assert "request_0" in line(table, 1)
        app.write(SMALL.replace("output_len: 248", "output_len: -1"), "test")
        await ready(pilot)
        await wait_for(pilot, lambda: table.has_class("-old"), "the mark")
        app.write(SMALL, "test")
        await ready(pilot)
        await wait_for(pilot, lambda: not table.has_class("-old"), "no mark")


async def test_clients_need_no_requests(make_app: MakeApp) -> None:
    app = make_app(MILLION)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+2")
        await wait_for(pilot, lambda: app.query_one("#clients TableRows"), "the tab")
        table = app.query_one("#clients LineTable", LineTable)
        await wait_for(pilot, lambda: len(table.rows.order) == 1_000_000, "the clients")
        app.previewer.cancel()
        table.rows.focus()
        await pilot.press("G")
        assert table.rows.row == 999_999 and "user-499" in line(table, table.rows.scrollable_content_region.height - 1)


async def test_an_empty_table_says_so_and_moves_nowhere(make_app: MakeApp) -> None:
    app = make_app(SMALL.replace("rate: 8.0", "rate: -1"))
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("alt+3")
        await wait_for(pilot, lambda: app.query_one("#requests TableRows").has_focus, "the table")
        await pilot.press("j", "G", "enter", "s", "l", "slash", "a", "escape")
        await wait_for(pilot, lambda: "errors" in line(app.query_one("#requests LineTable", LineTable), 1))


async def test_what_is_expected_of_each_client_stands_beside_what_it_got(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 40)) as pilot:
        table = await opened(pilot, "clients")
        await wait_for(pilot, lambda: "±σ" in line(table, 0), "what is expected")
        columns = {column.title: column for column in table.rows.columns}
        assert {columns["expected"].cell(row) for row in range(45)} == {"1.1"}  # 8 req/s for 6 s, of 45 clients
        assert {columns["expected"].cell(row) for row in range(45, 90)} == {"2.7"}
        assert all(columns["±σ"].cell(row)[0] in "+-" for row in range(90))


async def test_what_is_the_same_in_all_rows_is_left_out_and_said(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 40)) as pilot:
        table = await opened(pilot, "requests")
        titles = [column.title for column in table.rows.columns]
        assert titles == ["request", "arrival s", "input", "output", "client", "prefix group", "tenant"]
        assert "requests · all: prefix 100, " in foot(table)
        assert "streaming no" in foot(table)


async def test_requests_show_input_and_output_in_a_window_of_120_columns(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        table = await opened(pilot, "requests")
        head = line(table, 0)
        assert "input" in head and "output" in head and "client" in head


async def test_columns_are_chosen_and_stay_chosen(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(160, 40)) as pilot:
        table = await opened(pilot, "requests")
        await pilot.press("c")
        await wait_for(pilot, lambda: isinstance(app.screen, ColumnDialog), "the dialog")
        boxes = {box.name: box for box in app.screen.query(TickBox)}
        assert "request" not in boxes  # it stays
        assert boxes["output"].value and not boxes["streaming"].value
        assert "all: no" in str(boxes["streaming"].label)
        boxes["streaming"].focus()
        await pilot.press("space")
        boxes["output"].focus()
        await pilot.press("space", "escape")
        await wait_for(pilot, lambda: "streaming" in line(table, 0), "the column")
        assert "output" not in line(table, 0) and "streaming" not in foot(table)
        app.write(SMALL.replace("prompts: 9", "prompts: 4"), "test")
        await ready(pilot)
        await wait_for(pilot, lambda: not table.has_class("-old"), "the new requests")
        assert "streaming" in line(table, 0) and "output" not in line(table, 0)


async def test_the_first_column_stays_in_view(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await opened(pilot, "requests")
        rows = table.rows
        await pilot.press(*["right"] * 12)
        assert rows.scroll_offset.x > 0
        assert line(table, 0).startswith("  request") and rows.columns[-1].title in line(table, 0)
        assert line(table, 1).startswith("▸ request_0 ")
        assert rows.render_line(1).cell_length == rows.scrollable_content_region.width
        while rows.column > 1:
            await pilot.press("left")
        assert line(table, 0).split()[:3] == ["request", "arrival", "s"]  # not hidden behind the first


async def test_a_click_in_the_head_sorts_the_column_that_is_seen(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await opened(pilot, "requests")
        rows = table.rows
        await pilot.press(*["right"] * 12)
        await pilot.click(TableRows, offset=(3, 0))
        await wait_for(pilot, lambda: rows.sorting == (0, False) and not table.is_busy)


async def test_a_query_finds_rows_and_its_errors_are_told(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        table = await opened(pilot, "requests")
        requests = app.preview.requests
        assert requests is not None
        await pilot.press("slash")
        filter = table.query_one(FilterInput)
        filter.value = "client~prompt-3 2s..5s"
        arrivals = requests.arrival_us
        wanted = [
            row
            for row in range(len(requests))
            if "prompt-3" in requests.clients[int(requests.client[row])].id and 2_000_000 <= arrivals[row] < 5_000_000
        ]
        await wait_for(pilot, lambda: foot(table).startswith(f"{len(wanted)} of") and not table.is_busy, "the matches")
        assert list(table.rows.order) == wanted
        filter.value = "inptu>5"
        await wait_for(pilot, lambda: table.has_class("-wrong"), "the error")
        assert "there is no column 'inptu'; did you mean input?" in foot(table)
        assert list(table.rows.order) == wanted  # what was found before stays
        filter.value = "input>5"
        await wait_for(pilot, lambda: not table.has_class("-wrong") and len(table.rows.order) == len(requests), "all")


async def test_rows_are_written_and_never_over_a_file_unasked(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        table = await opened(pilot, "requests")
        await pilot.press("slash")
        await write(pilot, "prompt-3")
        await wait_for(pilot, lambda: "match" in foot(table) and not table.is_busy, "the matches")
        await pilot.press("enter", "w")
        await wait_for(pilot, lambda: isinstance(app.screen, RowsDialog), "the name")
        name = app.screen.query_one(PathInput)
        assert name.value == "small.rows.csv"
        name.value = "rows.txt"
        await pilot.press("enter")
        await wait_for(pilot, lambda: ".csv or .jsonl" in str(app.screen.query_one("#told", Static).render()), "the refusal")
        name.value = "rows.jsonl"
        await pilot.press("enter")
        file = spec_file.parent / "rows.jsonl"
        await wait_for(pilot, lambda: file.exists() and len(app.screen_stack) == 1, "the file")
        written = [json.loads(text)["id"] for text in file.read_text().splitlines()]
        assert written == [f"request_{row}" for row in table.rows.order]
        file.write_text("mine")
        await pilot.press("w")
        await wait_for(pilot, lambda: isinstance(app.screen, RowsDialog), "the name")
        app.screen.query_one(PathInput).value = "rows.jsonl"
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog), "the question")
        await pilot.press("escape")
        await wait_for(pilot, lambda: len(app.screen_stack) == 1, "the table")
        assert file.read_text() == "mine"


async def test_writing_can_be_cancelled_and_leaves_nothing(
    make_app: MakeApp, spec_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def slow(*given: Any, progress: Callable[[int, int], None], **options: Any) -> None:
        def endless(done: int, total: int) -> None:
            begun.set()
            while True:
                progress(done, total)

        write_rows(*given, progress=endless, **options)

    monkeypatch.setattr("blis_tui.formats.rows.write_rows", slow)
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, "requests")
        await pilot.press("w")
        await wait_for(pilot, lambda: isinstance(app.screen, RowsDialog), "the name")
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, WriteDialog) and begun.is_set(), "the writing")
        await pilot.press("escape")
        await wait_for(pilot, lambda: len(app.screen_stack) == 1, "the table")
        assert [path.name for path in spec_file.parent.iterdir() if path.name != "home"] == [spec_file.name]


async def test_clients_are_not_written(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, "clients")
        await pilot.press("w")
        await pilot.pause()
        assert len(app.screen_stack) == 1
