"""The pictures of the README: the top of an audit's page, in light and dark.

``python -m checks.page_pictures report.html docs/`` writes audit-light.png and audit-dark.png.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal

from playwright.sync_api import BrowserContext, ViewportSize

from .page import Visit, browser

# From the verdict to the first thing to do.
_SIZE: ViewportSize = {"width": 1200, "height": 1280}
_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def write(launched: BrowserContext, report: Path, folder: Path) -> list[Path]:
    """Writes both pictures; returns their files."""
    visit = Visit(launched, report.resolve())
    written = []
    for scheme in _SCHEMES:
        written.append(folder / f"audit-{scheme}.png")
        visit.show(_SIZE, scheme).page.screenshot(path=written[-1])
    visit.page.close()
    return written


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description="Takes the pictures of a report's page.")
    parser.add_argument("report", type=Path, help="the page, an HTML file")
    parser.add_argument("folder", type=Path, help="where audit-light.png and audit-dark.png go")
    arguments = parser.parse_args()
    with browser() as launched:
        for file in write(launched, arguments.report, arguments.folder):
            print(file)


if __name__ == "__main__":
    main()
