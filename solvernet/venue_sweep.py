"""How venues of each kind do while others want more and more of a rollup's blocks.

    python -m solvernet.venue_sweep [--scenario NAME] [--window W] [--seeds N] [--out FILE]

Each load multiplies how many transactions others send and what they offer for gas. Under each, every venue is asked as
in `venue_trial`. The table says of each kind, of a hundred questions: how many got a quote; of a hundred quoted orders
whose transaction got into a block, for how many there was nothing left to trade against, and how many in all would not
fill within the bound of a solver; how many of a hundred questions that would be filled; and what the trades that were
still possible came to beyond the quote and beyond fair value. Seeds are the unit of the intervals.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from solvernet.scenario import Scenario, parse_scenario, scenario_text
from solvernet.venue_comparison import WHAT, Line, Row, by_seed, half_width, mean
from solvernet.venue_trial import trial

SCENARIO: Final = "venue-kinds-v2"
CHAIN: Final = "rollup"
LOADS: Final = ((1.0, 1.0), (10.0, 100.0), (20.0, 500.0), (20.0, 2500.0))
"""Factors of the number of others' transactions, and of what they offer for gas. Assumed."""

WAIT_MS: Final = 12_000
"""Time from the question to the block in which orders are tried, whatever the load: this taker outbids everybody."""

MOST_SEEDS: Final = 10


def crowded(name: str, load: tuple[float, float]) -> Scenario:
    """Return a scenario under a load, from beginning to end."""
    text = scenario_text(name)
    scenario = parse_scenario(text, name)
    lasts_s = (scenario.window.end - scenario.window.start) / 1000
    faults = (("crowd", "demand_surge", load[0]), ("bidding", "gas_spike", load[1]))
    table = '\n[[faults]]\nname = "{}"\nkind = "{}"\nchain = "{}"\nat = 0.0\nlasts_s = {}\nfactor = {}\n'
    parts = [table.format(fault, kind, CHAIN, lasts_s, factor) for fault, kind, factor in faults if factor != 1.0]
    return parse_scenario(text + "".join(parts), name)


def rows_of(lines: Sequence[Line]) -> list[Row]:
    """Return a row for each load and kind: means, their change against the first load, and 95 % intervals of both."""
    rows: list[Row] = []
    loads = list(dict.fromkeys(line.scenario for line in lines))
    for kind in sorted({line.kind for line in lines}):
        for load in loads:
            row: Row = {"kind": kind, "load": load}
            for what in WHAT:
                calm, here = (by_seed(lines, (CHAIN, kind, what), each) for each in (loads[0], load))
                gaps = [here[seed] - calm[seed] for seed in here if seed in calm]
                row |= {what: mean(list(here.values())), f"{what}_half_width": half_width(list(here.values()))}
                row |= {f"{what}_change": mean(gaps), f"{what}_change_half_width": half_width(gaps)}
            rows.append(row)
    return rows


def table(rows: Sequence[Row]) -> list[str]:
    """Return the lines of the table; rates in percent, prices in basis points of ether."""
    title = f"{'kind':17}{'load':>8}{'gwei':>9}{'others':>8}{'quoted':>8}{'gone':>14}{'refused':>14}{'filled':>14}"
    found = [f"{title}{'slippage':>16}{'cost':>15}"]
    for row in rows:
        rates = "".join(f"{100 * float(row[what]):7.1f} " for what in ("fullness", "quoted"))
        spans = "".join(
            f"{100 * float(row[what]):8.1f} ±{100 * float(row[f'{what}_half_width']):4.1f}"
            for what in ("gone", "refused", "filled")
        )
        prices = "".join(
            f"{float(row[what]):+9.2f} ±{float(row[f'{what}_half_width']):5.2f}"
            for what in ("slippage_bps", "cost_bps")
        )
        found.append(f"{row['kind']:17}{row['load']:>8}{float(row['base_fee_gwei']):9.3f}{rates}{spans}{prices}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sweep and print the table."""
    parser = argparse.ArgumentParser(prog="python -m solvernet.venue_sweep")
    parser.add_argument("--scenario", default=SCENARIO, metavar="NAME")
    parser.add_argument("--window")
    parser.add_argument("--seeds", type=int, default=5, choices=range(2, MOST_SEEDS + 1), metavar="N")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    lines: list[Line] = []
    for load in LOADS:
        scenario, name = crowded(options.scenario, load), f"{load[0]:g}/{load[1]:g}"
        for seed in range(1, options.seeds + 1):
            found = trial(scenario, options.window, seed, WAIT_MS)
            lines += [replace(line, scenario=name) for line in found if line.chain == CHAIN]
            sys.stderr.write(f"load {name}, seed {seed}\n")
    rows = rows_of(lines)
    sys.stdout.writelines(f"{line}\n" for line in table(rows))
    if options.out is not None:
        about = {"scenario": options.scenario, "seeds": options.seeds, "window": options.window or "whole"}
        body = {**about, "rows": rows, "lines": [*map(asdict, lines)]}
        options.out.write_text(json.dumps(body, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
