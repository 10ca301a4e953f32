"""Make the tables of 19 May 2021 that ship with the package.

    python -m solvernet.calibrate_may_2021 --shared DIR

The gas prices of the day are a first-price auction's, as those of Black Thursday, and demand is found in the same way.
What differs: many included transactions paid nothing, because their senders paid the miner directly. They pull the
mean below what the percentiles imply, and are not part of the auction that the chain here holds.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from solvernet.calibrate import ROUNDS, Table, check, demand_table, known_targets, read_table, write_table
from solvernet.market_data import MAY_2021, PATIENCE_MS, Row
from venues.chains.demand_fit import Target, fit
from venues.chains.presets import ETHEREUM_2021

CALIBRATION_SEED: Final = ("calibration", MAY_2021)

CALM_GWEI: Final = 60.0
"""Price at which demand just fills the blocks; assumed, a quarter below the calmest ten minutes of the day."""

END: Final = "2021-05-20T00:00:00Z"


def price_table(rows: Sequence[Row]) -> Table:
    """Return the price at the start of each ten minutes, and the last one of the day."""
    opens = [{"time_utc": row["time_utc"], "usd": row["open"]} for row in rows]
    return [*opens, {"time_utc": END, "usd": rows[-1]["close"]}]


def gas_table(rows: Sequence[Row]) -> Table:
    """Return mean, quantiles and count of each ten minutes, all observed."""
    prices = ("mean_gwei", "p35_gwei", "p60_gwei", "p90_gwei")
    return [
        {"time_utc": row["time_utc"]}
        | {name: row[f"gas_{name}"] for name in prices}
        | {"tx_count": row["tx_count"], "source": "observed"}
        for row in rows
    ]


def implied_mean(target: Target) -> float:
    """Return the mean that three percentiles imply: prices between two of them lie at their middle."""
    below, lower, upper, above = 0.35, 0.25, 0.30, 0.10
    middles = lower * (target.p35 + target.p60) / 2 + upper * (target.p60 + target.p90) / 2
    return below * target.p35 + middles + above * target.p90


def targets(gas: Sequence[Row]) -> list[Target]:
    """Return what the simulated chain should include: the mean at least what the percentiles imply."""
    return [
        replace(target, mean=max(target.mean, implied_mean(target)), calm_gwei=CALM_GWEI)
        for target in known_targets(gas)
    ]


def write_records(shared: Path, out: Path) -> Table:
    """Write every table that needs no simulation, and return the gas prices."""
    rows = read_table(shared / "data" / "episodes" / "2021-05-19" / "price_gas_10m.csv")
    gas = gas_table(rows)
    write_table(out / MAY_2021 / "eth_usd.csv", price_table(rows))
    write_table(out / MAY_2021 / "gas.csv", gas)
    return gas


def main(arguments: Sequence[str] | None = None) -> int:
    """Write every table, and say how well the demand does on other random numbers."""
    parser = argparse.ArgumentParser(prog="python -m solvernet.calibrate_may_2021", description="Make the tables.")
    parser.add_argument("--shared", type=Path, required=True, help="folder with the collected records")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data", help="where the tables go")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of correction of the demand")
    options = parser.parse_args(arguments)
    gas = write_records(options.shared, options.out)
    demand = fit(targets(gas), ETHEREUM_2021, CALIBRATION_SEED, PATIENCE_MS, options.rounds)
    write_table(options.out / MAY_2021 / "l1_demand.csv", demand_table(demand, gas))
    check(demand, gas, ETHEREUM_2021)
    return 0


if __name__ == "__main__":
    sys.exit(main())
