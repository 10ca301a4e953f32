"""Measure what docs/explanation/timelocks.md says.

    python -m solvernet.timelocks [--out FILE]

foretells inclusion on the load of 12 and 13 March 2020 and looks how often it came true, works out timelock ladders
for calm and for crowded chains, and runs swaps through outages and with parties that go away. It takes a few minutes,
and every run writes the same bytes.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from solvernet import swap_trial
from solvernet.inclusion_coverage import Coverage, Probe, Purse, coverage, probes
from solvernet.market_data import to_ms
from solvernet.swap_trial import Trial
from solvernet.timelock_tables import Measured, tables
from venues.calls.gas import CLAIM_GAS
from venues.chains.bidding import Bidding
from venues.chains.chain import Chain
from venues.chains.presets import PRESETS
from venues.faults import Fault, Faults
from venues.htlc.free_option import free_option
from venues.htlc.ladder import ladder
from venues.htlc.outcomes import Tally
from venues.htlc.timelocks import Schedule

HOUR_MS: Final = 3_600_000
MIDNIGHT_MS: Final = to_ms("2020-03-12T00:00:00Z")

STRETCHES: Final = {
    "calm: 12 March, 00 to 06": (0, 6),
    "spike: 12 March, 12 to 20": (12, 20),
    "both days": (0, 48),
}
"""Hours since the midnight before 12 March."""

CALM_HOUR, SPIKE_HOUR = 2, 14
SWAPS: Final = 60
"""Over two hours."""
OUTAGE_MS: Final = 88 * 60_000
"""As long as Arbitrum's of 15 December 2023."""

ALLOWED_MS: Final = 90 * 60_000


def senders() -> dict[str, Bidding]:
    """Return ways to bid: the settlement policy, and two that save."""
    policy = swap_trial.bidding_of(swap_trial.day())
    plain = {name: getattr(policy, name) for name in Bidding.__dataclass_fields__}
    return {
        "follows the policy": Bidding(**plain),
        "never raises": Bidding(**plain | {"cap_percent": 100}),
        "never raises, offers a fifth less": Bidding(**plain | {"cap_percent": 100, "premium_percent": 88}),
    }


def covered(bidding: Bidding, seed: int = 7) -> dict[str, Coverage]:
    """Return how well inclusion on Ethereum was foretold to a sender, by stretch of time."""
    found = l1_probes(bidding, seed, MIDNIGHT_MS + 48 * HOUR_MS)
    return {
        name: coverage(found, MIDNIGHT_MS + first * HOUR_MS, MIDNIGHT_MS + last * HOUR_MS)
        for name, (first, last) in STRETCHES.items()
    }


def l1_probes(
    bidding: Bidding, seed: int, until_ms: int, start_ms: int = MIDNIGHT_MS - 2 * HOUR_MS
) -> tuple[Probe, ...]:
    """Return probes sent to the Ethereum of the day by a sender."""
    scenario = swap_trial.day()
    chain = Chain(
        id=swap_trial.ethereum(scenario),
        rules=PRESETS[scenario.chains["ethereum"].preset],
        state=Purse(),
        demand=swap_trial.demands(scenario)[swap_trial.ethereum(scenario)],
        seed=(seed, "chain", "ethereum"),
        start_ms=start_ms,
    )
    return probes(chain, bidding, CLAIM_GAS, until_ms)


def ladders(hour: int) -> dict[str, float]:
    """Return the ladder between Ethereum and the rollup at an hour of 12 March, in seconds, and what it is made of."""
    scenario = swap_trial.day()
    trial = Trial(start_ms=MIDNIGHT_MS + hour * HOUR_MS, swaps=1)
    world = swap_trial.world_of(scenario, trial, ())
    world.advance(trial.start_ms)
    rules = swap_trial.swap_rules(scenario, trial)
    names = (swap_trial.ethereum(scenario), swap_trial.rollup(scenario))
    source, destination = (rules.timing(world.chain(name), world.now_ms, rules.margin_percent) for name in names)
    schedule = ladder(source, destination)
    assert isinstance(schedule, Schedule)
    vol = world.truth.level.at(world.now_ms)
    choosing_ms = schedule.destination.public_withdrawal_ms
    return {
        "source inclusion": source.inclusion_ms / 1000,
        "source finality": source.finality_ms / 1000,
        "destination inclusion": destination.inclusion_ms / 1000,
        "destination finality": destination.finality_ms / 1000,
        "taker must withdraw within": (schedule.source.cancellation_ms - schedule.revealed_by_ms) / 1000,
        "length": schedule.length_ms / 1000,
        "volatility": round(vol, 3),
        "free option of the taker, basis points": round(10_000 * free_option(1.0, vol, schedule.lock_until_ms), 1),
        "free option of the maker, basis points": round(10_000 * free_option(1.0, vol, choosing_ms), 1),
    }


def trials() -> dict[str, Trial]:
    """Return the trials by name."""
    scenario = swap_trial.day()
    calm = Trial(start_ms=MIDNIGHT_MS + CALM_HOUR * HOUR_MS, swaps=SWAPS)
    spike = replace(calm, start_ms=MIDNIGHT_MS + SPIKE_HOUR * HOUR_MS)
    gone = ((spike.start_ms + HOUR_MS, spike.start_ms + 4 * HOUR_MS),)
    source, destination = swap_trial.ethereum(scenario), swap_trial.rollup(scenario)
    return {
        "calm": calm,
        "spike": spike,
        "spike, every third maker lets it lapse": replace(spike, lapsing=3),
        "spike, taker away for three hours": replace(spike, away=gone),
        "the same without third parties": replace(spike, away=gone, has_completer=False),
        "spike, rollup out for 88 minutes": replace(spike, faults=outage(destination, spike)),
        "the same, ladders allow for 90 minutes": replace(
            spike, faults=outage(destination, spike), allowances={destination: ALLOWED_MS}
        ),
        "spike, Ethereum out for 88 minutes": replace(spike, faults=outage(source, spike)),
        "the same, ladders allow for 90 minutes there": replace(
            spike, faults=outage(source, spike), allowances={source: ALLOWED_MS}
        ),
    }


def outage(chain: str, trial: Trial) -> Faults:
    """Return an outage that begins an hour into a trial."""
    from_ms = trial.start_ms + HOUR_MS
    return Faults((Fault(id="out", kind="outage", target=chain, from_ms=from_ms, until_ms=from_ms + OUTAGE_MS),))


def shown(found: Tally) -> dict[str, object]:
    """Return a tally with times in seconds."""
    kept = {key: value for key, value in asdict(found).items() if not key.endswith("_ms")}
    return kept | {"longest_s": found.longest_ms / 1000, "ladder_s": round(found.ladder_ms / 1000)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure everything and write it down."""
    parser = argparse.ArgumentParser(prog="python -m solvernet.timelocks", description="Measure timelocks.")
    parser.add_argument("--out", type=Path, default=Path("docs/results/timelocks.json"))
    out: Path = parser.parse_args(arguments).out
    found: Measured = {
        "coverage": {
            name: {stretch: asdict(row) for stretch, row in covered(bidding).items()}
            for name, bidding in senders().items()
        },
        "ladders": {"calm": ladders(CALM_HOUR), "spike": ladders(SPIKE_HOUR)},
        "swaps": {name: shown(swap_trial.run(trial)) for name, trial in trials().items()},
    }
    out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write("\n\n".join(tables(found)) + f"\n\nwrote {out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
