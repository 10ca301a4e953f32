"""Run all benchmarks, print their tables and write their results: `python -m benchmarks [--quick]`."""

import argparse
import importlib
from pathlib import Path

from benchmarks.harness import keep, lines

NAMES = sorted(
    path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in {"__init__", "__main__", "harness"}
)


def main() -> None:
    """Run them one after the other."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="at most a minute each")
    quick = parser.parse_args().quick
    for name in NAMES:
        rows = importlib.import_module(f"benchmarks.{name}").measure(quick)
        print("\n".join([*lines(rows), f"{name}: {len(rows)} rows in {keep(name, rows)}", ""]), flush=True)


if __name__ == "__main__":
    main()
