"""The report of a run: one HTML page that needs nothing but a browser.

Style, script, the plotting library and all data are in the page. A content policy in its head forbids everything else:
a page that was tampered with cannot load or send anything, and only the two scripts written here run.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

from plotly.offline import get_plotlyjs

from solvernet.report.bans import bans
from solvernet.report.bridges import bridges
from solvernet.report.conduct import conduct
from solvernet.report.exercises import exercises
from solvernet.report.extraction import extraction
from solvernet.report.failures import failures
from solvernet.report.faults import faults
from solvernet.report.fees import fees
from solvernet.report.formats import stretch
from solvernet.report.gains import gains
from solvernet.report.glance import glance
from solvernet.report.glossary import glossary
from solvernet.report.leaderboard import leaderboard
from solvernet.report.market import market
from solvernet.report.markup import Markup, join, json_block, tag
from solvernet.report.oracles import oracles
from solvernet.report.outcomes import outcomes
from solvernet.report.paid import paid
from solvernet.report.provenance import provenance
from solvernet.report.rollups import rollups
from solvernet.report.run_view import RunView, view_of
from solvernet.report.security import security
from solvernet.report.stability import stability
from solvernet.report.validation import validation
from solvernet.report.venues import venues
from solvernet.summary import Outcome, Summary
from solvernet.whole_file import write_whole

CONTENTS: Final[tuple[tuple[str, str], ...]] = (
    ("glance", "At a glance"),
    ("faults", "Faults"),
    ("market", "Market"),
    ("oracles", "Oracles"),
    ("security", "Security"),
    ("rollups", "Rollups"),
    ("exercises", "Expiries"),
    ("bridges", "Bridges"),
    ("intents", "Intents"),
    ("gains", "Gains"),
    ("solvers", "Solvers"),
    ("failures", "Failures"),
    ("bans", "Kept out"),
    ("fees", "Fees"),
    ("paid", "Who paid"),
    ("validation", "Validation"),
    ("venues", "Venues"),
    ("extraction", "Taken"),
    ("conduct", "Conduct"),
    ("stability", "Stability"),
    ("real", "What is real"),
    ("glossary", "Terms"),
)
SECTIONS: Final[Mapping[str, Callable[[RunView], Markup]]] = {
    "faults": faults,
    "market": market,
    "oracles": oracles,
    "security": security,
    "rollups": rollups,
    "exercises": exercises,
    "bridges": bridges,
    "intents": outcomes,
    "gains": gains,
    "solvers": leaderboard,
    "failures": failures,
    "bans": bans,
    "fees": fees,
    "paid": paid,
    "validation": validation,
    "venues": venues,
    "extraction": extraction,
    "conduct": conduct,
    "stability": stability,
    "real": provenance,
}
HINT: Final = (
    "Times are UTC, money is in US dollars. Drag across a picture to look closer, double-click to see all of it again;"
    " click a name in a legend to hide it."
)


def write_report(path: Path, summary: Summary, outcome: Outcome) -> None:
    """Write the report of a finished run as one HTML file."""
    write_whole(path, render(summary, outcome))


def render(summary: Summary, outcome: Outcome) -> str:
    """Return the report of a finished run as one HTML page."""
    view = view_of(summary, outcome)
    scripts = (Markup(get_plotlyjs()), _part("report.js"))
    left_out = _left_out(summary)
    contents = [entry for entry in CONTENTS if entry[0] not in left_out]
    nav = tag("nav", *(tag("a", name, href=f"#{target}") for target, name in contents), aria_label="Contents")
    sections = (
        glance(view),
        *(make(view) for name, make in SECTIONS.items() if name not in left_out),
        glossary(),
    )
    body = tag(
        "body",
        _header(view),
        nav,
        tag("main", *sections),
        tag("footer", HINT),
        json_block("summary", summary.model_dump_json()),
        *(tag("script", script) for script in scripts),
    )
    return f"<!DOCTYPE html>\n{tag('html', _head(summary, scripts), body, lang='en')}\n"


def _left_out(summary: Summary) -> frozenset[str]:
    """Return the sections on what the scenario of a run does not have."""
    there = {
        "faults": summary.faults,
        "security": summary.security,
        "rollups": summary.rollups,
        "exercises": summary.exercises,
        "bridges": summary.bridges,
        "bans": summary.bans or summary.quarantines,
        "fees": summary.fees,
        "paid": summary.paid,
        "extraction": summary.extraction,
    }
    return frozenset(name for name, found in there.items() if not found)


def _head(summary: Summary, scripts: tuple[Markup, ...]) -> Markup:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(scripts)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{summary.title} – solvernet report"),
        tag("style", _part("report.css")),
    )


def _policy(scripts: tuple[Markup, ...]) -> str:
    """Return a content policy that lets the page's own scripts run and nothing come from or go to the network."""
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:"


def _header(view: RunView) -> Markup:
    summary = view.summary
    start_ms, end_ms = summary.window
    kicker = tag("p", "Solvernet run report", class_="kicker")
    about = f"{stretch(start_ms, end_ms)} · scenario {summary.scenario} · seed {summary.seed}"
    without = tag("noscript", tag("p", "The pictures need JavaScript; figures and tables do not."))
    return tag("header", join(kicker, tag("h1", summary.title), tag("p", about, class_="about"), without))


def _part(name: str) -> Markup:
    """Return a file that stands beside this one."""
    return Markup((files("solvernet.report") / name).read_text(encoding="utf-8"))
