"""The rollups of `rollups-v1` for an hour without users, as they are and under other circumstances.

Prints a table in Markdown: `python -m benchmarks.rollups.variants [--minutes 60]`. mETH are thousandths of an ether.
"""

import argparse
from collections.abc import Iterator, Mapping

from intents.assets import ETH_UNIT
from solvernet.build import build_world
from solvernet.rollup_record import RollupRecord
from solvernet.rollup_table import RollupLine, rollup_table
from solvernet.scenario import Scenario, parse_scenario, scenario_text
from solvernet.scenario_parts import Window

AS_IT_IS = "as it is"
CALLDATA = {'carrier = "auto"': 'carrier = "calldata"'}
DEAR = {"base_fee_gwei = 1.0": "base_fee_gwei = 30.0"}
FAULT = '\n[[faults]]\nkind = "{kind}"\nchain = "ethereum"\nat = 600.0\nlasts_s = {lasts_s}\n{more}'
VARIANTS: Mapping[str, tuple[Mapping[str, str], str]] = {
    AS_IT_IS: ({}, ""),
    "calldata only": (CALLDATA, ""),
    "base fee of 30 gwei": (DEAR, ""),
    "the same, calldata only": (CALLDATA | DEAR, ""),
    "demand for the L1 times 4 for half an hour": (
        {},
        FAULT.format(kind="demand_surge", lasts_s=1800.0, more="factor = 4.0\n"),
    ),
    "no finality for half an hour": ({}, FAULT.format(kind="finality_stall", lasts_s=1800.0, more="")),
}


def changed(changes: Mapping[str, str], more: str) -> Scenario:
    """Return the scenario with some of its text replaced, and some added."""
    text = scenario_text("rollups-v1") + more
    for old, new in changes.items():
        text = text.replace(old, new)
    return parse_scenario(text, "rollups-v1, changed")


def measure(scenario: Scenario, minutes: int) -> Iterator[tuple[RollupLine, float]]:
    """Yield what each rollup did, and what posting cost it, in thousandths of an ether."""
    start_ms = scenario.window.start
    window = Window(start=start_ms, end=start_ms + minutes * 60_000)
    world, record = build_world(scenario, 7, start_ms, {}), RollupRecord(scenario)
    world.advance(window.end + 3_600_000 // 6, [record])
    for line in rollup_table(scenario, window, record, world):
        cost_wei = sum(receipt.cost_wei for receipt in record.courses[line.chain].batcher.values())
        yield line, 1000 * cost_wei / ETH_UNIT


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.rollups.variants", description=__doc__)
    parser.add_argument("--minutes", type=int, default=60)
    minutes = parser.parse_args().minutes
    print("| | rollup | batches | kB | mETH | safe p50, p99 | final p50, p99 |")
    print("|---|---|---|---|---|---|---|")
    for name, (changes, more) in VARIANTS.items():
        for line, cost in measure(changed(changes, more), minutes):
            delays = [line.safe_s_p50, line.safe_s_p99, line.final_s_p50, line.final_s_p99]
            safe, safe_late, final, final_late = ("–" if each is None else f"{each:,.0f} s" for each in delays)
            cells = (name, line.chain, line.batches, f"{line.kilobytes:,.0f}", f"{cost:,.3f}")
            print("|", " | ".join(map(str, cells)), "|", f"{safe}, {safe_late} | {final}, {final_late} |", flush=True)


if __name__ == "__main__":
    main()
