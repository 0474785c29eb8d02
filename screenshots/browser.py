"""Make the picture of the designer in a browser: `python screenshots/browser.py`. Needs the extra `test`, and Chromium."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.append(str(ROOT / "tests" / "web"))

from chromium import a_page  # noqa: E402

WIDTH, HEIGHT = 1180, 640


async def picture(home: Path) -> bytes:
    """Return what the browser shows of a mix of clients, with a cursor in the chart."""
    folder = home / "loads"
    folder.mkdir()
    (folder / "clients.yaml").write_bytes((ROOT / "examples" / "clients.yaml").read_bytes())
    command = [sys.executable, "-P", "-m", "blis_tui", "--web", "clients.yaml"]
    environment = {**os.environ, "HOME": str(home), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        address = next(line.strip() for line in server.stdout if "http://" in line)
        try:
            async with a_page(home / "profile") as page:
                await page.open(address, WIDTH, HEIGHT)
                await page.until_shown("up to date")
                await page.press("Escape", "Escape", 27)
                await page.write("1c")
                await page.until_shown("(target 24.00)")
                await page.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
                return await page.picture()
        finally:
            server.terminate()


def main() -> None:
    """Make the picture."""
    with tempfile.TemporaryDirectory() as home:
        (HERE / "browser.png").write_bytes(asyncio.run(picture(Path(home))))


if __name__ == "__main__":
    main()
