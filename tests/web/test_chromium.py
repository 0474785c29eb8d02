"""The designer in a real browser without a window: it loads, a field is edited, and the chart is there."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("textual_serve", reason="the extra `web` is not installed")

from chromium import PROGRAM, a_page
from serving import Serve

COLOURS = """
(() => {
  const colours = new Set();
  for (const canvas of document.querySelectorAll(".xterm-screen canvas")) {
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [canvas.width, canvas.height];
    const picture = copy.getContext("2d");
    picture.drawImage(canvas, 0, 0);
    const points = picture.getImageData(0, 0, copy.width, copy.height).data;
    for (let i = 0; i < points.length; i += 4) if (points[i + 3]) colours.add(points.slice(i, i + 3).join());
  }
  return [...colours];
})()
"""
"""The colours that are really drawn."""
BAR = "1,120,212"


@pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium (in Debian: apt install chromium)")
async def test_it_loads_a_field_is_edited_and_the_chart_is_there(serve: Serve, folder: Path, tmp_path: Path) -> None:
    _, address = serve("two-stage.yaml")
    async with a_page(tmp_path / "profile") as page:
        await page.open(address, 1280, 800)
        await page.until_shown("16,733 requests of 90 clients, up to date")
        await page.press("l", "KeyL", 76, ctrl=True)
        await page.press("Enter", "Enter", 13)
        await page.write("12")
        await page.press("Enter", "Enter", 13)
        await page.until_shown("19,112 requests of 90 clients, up to date")
        assert BAR in await page.run(COLOURS)
        assert await page.run("[...document.fonts].some(font => font.family.includes('Roboto Mono') && font.status == 'loaded')")
        await page.press("s", "KeyS", 83, ctrl=True)
        await page.until_shown("Saved two-stage.yaml")
        assert page.refused == []
        here = address.split("//")[1]
        assert {each.split("//")[1].startswith(here) for each in page.asked_for if not each.startswith("data:")} == {True}
        await page.press("q", "KeyQ", 81, ctrl=True)
        await page.until_class("-closed")
        assert "The designer has ended." in await page.run("document.body.innerText")
    assert "rate: 12, duration: 600" in (folder / "two-stage.yaml").read_text()
