"""How venues of each kind keep a quote until it can be traded on, on calm chains and on crowded ones.

    python -m solvernet.venue_trial [--scenarios NAME NAME] [--window W] [--seeds N] [--out FILE]

Every minute each venue of a chain is asked for a few options either way. The settlement policy then sends a
transaction, as it would for an award, and pays more for it while it waits. In the block in which it lands the same
orders are tried on the venues as they are then, with the bound that solvers give theirs. Nobody trades, so that all
kinds see the same market; desks are asked for quotes as the auctioneer asks them. Seeds are the unit of the comparison:
orders of one minute stand and fall together.
"""

import argparse
import json
import math
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from solvernet import rules
from solvernet.build import build_world
from solvernet.scenario import Scenario, parse_scenario, scenario_text
from solvernet.venue_comparison import Line, compared, mean, text
from solvernet.venue_prober import Prober

EVERY_MS: Final = 60_000
LEADS_MS: Final = (45_000, 40_000)
"""Times before a question at which desks are asked: a second time, because a request may be about to end."""

TWINS: Final = ("venue-kinds-v1", "venue-kinds-congested-v1")


def trial(scenario: Scenario, window: str | None, seed: int, wait_ms: int | None = None) -> list[Line]:
    """Return what became of orders in one scenario under one seed, a line for each kind and chain.

    Args:
        scenario: The world.
        window: Name of a window of it; the whole if left out.
        seed: Of the world's chance.
        wait_ms: Time after which orders are tried; if left out, when a transaction by the settlement policy lands.
    """
    span = scenario.window_named(window)
    world = build_world(scenario, seed, span.start, {})
    prober = Prober(scenario, rules.auction_rules(scenario), wait_ms)
    for start in range(span.start, span.end - EVERY_MS, EVERY_MS):
        for lead_ms in LEADS_MS:
            world.advance(start + EVERY_MS - lead_ms, [prober])
            prober.request(world)
        world.advance(start + EVERY_MS, [prober])
        prober.ask(world)
        world.advance(start + EVERY_MS + rules.ms(scenario.rounds.award_delay_s), [prober])
        prober.send(world)
    world.advance(span.end, [prober])
    chains = {part.caip2: label for label, part in scenario.chains.items()}
    return [
        Line(
            scenario=scenario.name,
            seed=seed,
            chain=chains[chain],
            kind=kind,
            asked=tally.asked,
            quoted=tally.quoted / tally.asked,
            late=tally.late / max(tally.late + tally.landed, 1),
            gone=tally.gone / max(tally.landed, 1),
            refused=(tally.gone + tally.moved) / max(tally.landed, 1),
            slippage_bps=mean(tally.slippage_bps),
            cost_bps=mean(tally.cost_bps),
            wait_s=statistics.median(prober.waits.get(chain, [math.nan])),
            fullness=mean(prober.fullness[chain]),
            base_fee_gwei=mean(prober.base_fees[chain]),
        )
        for (chain, kind), tally in sorted(prober.tallies.items())
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the trial and print the comparison."""
    parser = argparse.ArgumentParser(prog="python -m solvernet.venue_trial")
    parser.add_argument("--scenarios", nargs=2, default=TWINS, metavar="NAME")
    parser.add_argument("--window")
    parser.add_argument("--seeds", type=int, default=5, choices=range(1, 11), metavar="N")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    twins = (options.scenarios[0], options.scenarios[1])
    lines: list[Line] = []
    for seed in range(1, options.seeds + 1):
        for name in twins:
            lines += trial(parse_scenario(scenario_text(name), name), options.window, seed)
            sys.stderr.write(f"{name}, seed {seed}\n")
    rows = compared(lines, twins)
    sys.stdout.writelines(map(text, rows))
    if options.out is not None:
        body = {
            "seeds": options.seeds,
            "window": options.window or "whole",
            "rows": rows,
            "lines": [*map(asdict, lines)],
        }
        options.out.write_text(json.dumps(body, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
