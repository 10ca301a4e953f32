"""placeholder"""

from pathlib import Path

from solvernet.summary import Outcome, Summary


def write_report(path: Path, summary: Summary, outcome: Outcome) -> None:
    """Write."""
