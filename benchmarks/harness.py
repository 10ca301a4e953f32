"""What benchmarks share: rows that compare ours with a named peer in one run, and how they are printed and kept."""

import argparse
import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison."""

    name: str
    ours: float | None
    """None, like the next two, where nothing was measured; the note then says why."""

    peer: float | None
    ratio: float | None
    """Ours over the peer's, or the other way round where the note says so."""

    note: str


def skipped(name: str, why: str) -> Row:
    """Return the row of what cannot be measured here: no figures, and the reason."""
    return Row(name, None, None, None, f"SKIPPED: {why}; no figure")


def main(name: str, measure: Callable[[bool], Sequence[Row]], description: str | None) -> None:
    """Run one benchmark as the command line asks."""
    parser = argparse.ArgumentParser(prog=f"benchmarks.{name}", description=description)
    parser.add_argument("--quick", action="store_true", help="at most a minute")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    rows = measure(options.quick)
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
        return
    print("\n".join(lines(rows)))


def lines(rows: Sequence[Row]) -> list[str]:
    """Return rows as lines for the eye."""
    found = []
    for row in rows:
        ours, peer, ratio = (f"{value:.4g}" if value is not None else "-" for value in (row.ours, row.peer, row.ratio))
        found.append(f"{row.name:<44} ours {ours:>12}  peer {peer:>12}  ratio {ratio:>9}  {row.note}")
    return found


def keep(name: str, rows: Sequence[Row]) -> Path:
    """Write rows to the results folder, with what they were measured on."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    about = {"python": platform.python_version(), "machine": platform.machine()}
    path.write_text(json.dumps({"about": about, "rows": [asdict(row) for row in rows]}, indent=1) + "\n")
    return path
