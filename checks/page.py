"""The audit's pages of the example reports, a browser that shows them, and what is wrong with one.

Each check returns what it found, as texts; nothing is wrong if it found nothing.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import axe_playwright_python
from playwright.sync_api import BrowserContext, Page, ViewportSize, sync_playwright
from pypdf import PdfReader

from .template import ROOT

JAR = ROOT / "target/certsweep-audit.jar"
DESK: ViewportSize = {"width": 1200, "height": 900}
_EXAMPLES = ROOT / "src/test/java/io/github/certsweep/audit/page/ExamplePages.java"
_AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")

# What axe-core is asked: what WCAG 2.2 demands at the levels A and AA, and good practice.
_AXE_RUN = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, {runOnly: tags, resultTypes: ["violations"]});
  return found.violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.html}`));
}"""
_WIDER = """() => [...document.querySelectorAll("body, body *:not(svg *)")]
  .filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display != "inline"
    && !one.closest("thead, .skip") && one.clientWidth > 0)
  .map(one => `${one.tagName} .${one.className}: ${one.scrollWidth} > ${one.clientWidth}`)"""
_ROWS = """() => [...document.querySelectorAll("tr")].map(row =>
  [...row.cells].map(cell => cell.innerText))"""


def render(folder: Path) -> Path:
    """Writes the page of each example report into a folder."""
    if not JAR.exists():
        raise FileNotFoundError(f"{JAR} is missing. Build it: make package")
    java = Path(os.environ["JAVA_HOME"], "bin/java") if "JAVA_HOME" in os.environ else "java"
    subprocess.run([java, "-cp", JAR, _EXAMPLES, folder], check=True)
    return folder


def browser_path() -> str:
    """The browser that bin/find-chromium finds or gets; it explains its absence."""
    found = subprocess.run(
        [ROOT / "bin/find-chromium"], check=True, stdout=subprocess.PIPE, text=True
    )
    return found.stdout.strip()


@contextmanager
def browser() -> Iterator[BrowserContext]:
    """A browser that shows nothing on a screen.

    Its pages share one window: for each window, Chromium starts a process that no page needs.
    """
    with sync_playwright() as playwright:
        # No sandbox of its own: it can't have one as root, and the pages are ours.
        launched = playwright.chromium.launch(
            executable_path=browser_path(), args=["--no-sandbox"], timeout=120_000
        )
        yield launched.new_context(viewport=DESK)
        launched.close()


class Visit:
    """A page in a browser, with all that it asked for and complained about meanwhile."""

    def __init__(self, browser: BrowserContext, file: Path) -> None:
        """Opens the file, as wide as on a desk and in light colors."""
        self.messages: list[str] = []
        self.requests: list[str] = []
        self.page: Page = browser.new_page()
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        # Whatever else it asks for, it does not get.
        self.page.route(
            lambda url: url != file.as_uri(),
            lambda route: route.abort(error_code="blockedbyclient"),
        )
        self.page.goto(file.as_uri())

    def show(
        self,
        viewport: ViewportSize,
        scheme: Literal["light", "dark"] = "light",
        media: Literal["screen", "print"] = "screen",
    ) -> Visit:
        """Shows the same page in another way."""
        self.page.set_viewport_size(viewport)
        self.page.emulate_media(media=media, color_scheme=scheme)
        return self

    def axe(self) -> list[str]:
        """What axe-core finds: contrast, landmarks, headings, names and roles."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(_AXE.read_text())
        found: list[str] = self.page.evaluate(_AXE_RUN)
        return found

    def too_wide(self) -> list[str]:
        """The elements whose content is wider than they are."""
        found: list[str] = self.page.evaluate(_WIDER)
        return found

    def rows(self) -> list[list[str]]:
        """The text of each cell of each table's rows."""
        rows: list[list[str]] = self.page.evaluate(_ROWS)
        return rows

    def pdf(self, paper: str) -> list[str]:
        """The text of each sheet when printed, without white space: lines break anywhere."""
        printed = PdfReader(io.BytesIO(self.page.pdf(format=paper)))
        return [squeezed(sheet.extract_text()) for sheet in printed.pages]

    def load_seconds(self) -> float:
        """From the beginning of the navigation to the end of the page's load."""
        seconds: float = self.page.evaluate(
            'performance.getEntriesByType("navigation")[0].loadEventEnd / 1000'
        )
        return seconds


def split_rows(sheets: list[str], rows: list[list[str]]) -> list[str]:
    """The rows of which no sheet has every cell whole."""
    cells = [[squeezed(cell) for cell in row] for row in rows]
    return [
        " | ".join(row)
        for row in cells
        if not any(all(cell in sheet for cell in row) for sheet in sheets)
    ]


def squeezed(text: str) -> str:
    """The text without white space, and without what only the screen shows."""
    return re.sub(r"\s", "", text)
