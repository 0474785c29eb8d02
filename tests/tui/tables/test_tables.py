"""Tables of clients and requests: any number of rows, filtered, sorted, shown literally."""

from __future__ import annotations

from pathlib import Path

import pytest
from designer import SMALL, MakeApp, ready, wait_for, write
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Static

from blis_tui.spec.check import check
from blis_tui.tui.tables.client_columns import client_columns
from blis_tui.tui.tables.client_dialog import ClientDialog
from blis_tui.tui.widgets.line_table import FilterInput, LineTable
from blis_tui.tui.widgets.row_order import natural
from blis_tui.tui.widgets.table_rows import TableRows, fitted
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
        assert foot(table) == "90 clients"
        counts = [int(table.rows.columns[2].cell(row)) for row in range(90)]
        assert app.previewer.preview.requests is not None
        assert sum(counts) == len(app.previewer.preview.requests)


GOLDEN, SPECS = (Path(__file__).parents[2] / name for name in ("golden", "specs"))


@pytest.mark.parametrize(
    ("path", "title", "rates"),
    [
        (GOLDEN / "clients-num-requests-only.yaml", "share", ["50%", "50%"]),
        (GOLDEN / "clients-prefix.yaml", "share", ["41.7%", "25%", "16.7%", "16.7%"]),
        (SPECS / "spikes.yaml", "share", ["33.3%"] * 6),  # each of three, while their cohort is active
        (GOLDEN / "clients-window-absolute.yaml", "rate", ["by window", "by window"]),
        (GOLDEN / "clients-windows-mixed.yaml", "rate", ["by window", "none", "by window"]),
        (GOLDEN / "v1-chat.yaml", "share", ["25%"] * 4),
        (SPECS / "fractions.yaml", "rate", ["0.33 req/s"] * 4 + ["0.83 req/s"] * 4),
        (GOLDEN / "clients-arrivals.yaml", "rate", ["11.3%", "14.4%", "20.1%", "10.2%", "11.2%", "5.26 req/s", "16.36 req/s"]),
    ],
)
def test_rates_of_clients_are_shares_of_one_or_their_own(path: Path, title: str, rates: list[str]) -> None:
    spec = check(path.read_bytes()).spec
    assert spec is not None
    clients = expand(spec)
    (column,) = [column for column in client_columns(clients, None) if column.title in ("rate", "share")]
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
        assert [columns["rate"].cell(row) for row in range(2)] == ["by answers", "100%"]
        values = columns["users"].values
        assert values is not None and list(values()) == [12, 0]
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
        await pilot.press("enter", "s", "s")
        await wait_for(pilot, lambda: table.rows.sorting == (0, True) and not table.is_busy)
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
