"""The report in a real browser: it draws everything, says nothing on the console, and asks nobody for anything."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from solvernet.report.html import write_report
from solvernet.summary import Outcome, Summary
from tests.solvernet.report.reading import Node, parse

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--enable-logging=stderr",
    "--virtual-time-budget=10000",
)
PATIENCE_S = 120
BROWSER = "not an origin"
"""Initiator of what the browser asks for on its own account."""

WIDTHS_PX = (400, 768, 1600)


@dataclass(frozen=True)
class Visit:
    """What a browser made of a page."""

    page: Node
    console: list[str]
    requests: list[str]
    """Addresses beyond files that the page asked for, and not the browser for itself."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, summary: Summary, outcome: Outcome) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(path, summary, outcome)
    return path


@pytest.fixture(scope="module")
def visit(report: Path) -> Visit:
    return _open(report)


def test_every_picture_is_drawn(visit: Visit) -> None:
    boxes = [node for node in visit.page.everything() if "plot" in _classes(node)]

    assert len(boxes) >= 9
    for box in boxes:
        assert "js-plotly-plot" in _classes(box)
        assert [node for node in box.everything() if "main-svg" in _classes(node)]


def test_colours_of_the_style_sheet_reach_the_pictures(visit: Visit) -> None:
    (prices,) = [node for node in visit.page.everything() if node.attributes.get("id") == "plot-prices"]

    drawn = " ".join(str(node.attributes.get("style")) for node in prices.all("path"))
    assert "rgb(74, 88, 184)" in drawn
    assert "var(" not in drawn


def test_the_console_stays_silent(visit: Visit) -> None:
    assert visit.console == []


def test_nothing_is_asked_of_the_network(visit: Visit) -> None:
    assert visit.requests == []


def test_a_page_that_does_ask_is_noticed(tmp_path: Path) -> None:
    asking = '<title>asks</title><script>fetch("https://example.invalid/x").catch(() => console.error("lost"))</script>'
    (tmp_path / "asks.html").write_text(asking, encoding="utf-8")

    visit = _open(tmp_path / "asks.html")

    assert visit.requests == ["https://example.invalid/x"]
    assert "lost" in " ".join(visit.console)


def test_the_page_never_scrolls_sideways(report: Path) -> None:
    frames = "".join(f'<iframe width="{px}" height="900" src="report.html"></iframe>' for px in WIDTHS_PX)
    measure = (
        "addEventListener('load', () => { document.title = [...document.querySelectorAll('iframe')]"
        ".map((f) => f.contentDocument.documentElement.scrollWidth - f.clientWidth).join(); });"
    )
    (report.parent / "frames.html").write_text(f"<title></title>{frames}<script>{measure}</script>", encoding="utf-8")

    visit = _open(report.parent / "frames.html", "--allow-file-access-from-files", "--window-size=1700,1200")

    excess = [int(px) for px in visit.page.all("title")[0].text().split(",")]
    assert len(excess) == len(WIDTHS_PX)
    assert max(excess) <= 0


def _open(path: Path, *flags: str) -> Visit:
    """Load a page and return what came of it."""
    network = path.parent / "network.json"
    profile = path.parent / f"profile-{path.stem}"
    command = [str(CHROMIUM), *FLAGS, *flags, f"--user-data-dir={profile}", f"--log-net-log={network}", "--dump-dom"]
    done = subprocess.run([*command, path.as_uri()], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    params = [event.get("params", {}) for event in json.loads(network.read_text())["events"]]
    asked = {item["url"] for item in params if "url" in item and item.get("initiator", BROWSER) != BROWSER}
    return Visit(_dom(done.stdout), console, sorted(url for url in asked if not url.startswith("file:")))


def _dom(text: str) -> Node:
    """Return the tree of a page as the browser wrote it, without what plotly leaves in the head."""
    return parse(re.sub(r"<(input|br|img|meta)([^>]*)/?>", r"<meta\2>", text[text.index("<html") :]))


def _classes(node: Node) -> list[str]:
    return (node.attributes.get("class") or "").split()
