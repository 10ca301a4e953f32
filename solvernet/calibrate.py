"""Make the tables of market data that ship with the package.

    python -m solvernet.calibrate --shared DIR

reads the collected records in `DIR`, keeps what the package needs of them, finds the demand for block space that
reproduces the gas prices, fits the smile, and writes the tables. It takes a few minutes, and every run on one
kind of processor writes the same bytes.
"""

import argparse
import csv
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from solvernet.market_data import BLACK_THURSDAY, OPTIONS_SEEN, PATIENCE_MS, Row, slices, to_ms
from venues.chains.background import Demand
from venues.chains.demand_fit import Floats, Included, Target, fit, simulate
from venues.chains.presets import ETHEREUM_2020, ChainRules
from venues.pricing import smile

WINDOW: Final = ("2020-03-11T00:00:00Z", "2020-03-15T00:00:00Z")

CALIBRATION_SEED: Final = ("calibration", BLACK_THURSDAY)
CHECK_SEEDS: Final = 4
ROUNDS: Final = 60

LEAST_MARK_ETH: Final = 0.0005
"""Mark of an option that counts without a two-sided quote: one tick."""

SHORTEST_DAYS, LONGEST_DAYS = 2, 366
DAY_MS: Final = 86_400_000

Table = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Shape:
    """How quantiles and count of included transactions go with their mean price: straight lines in logarithms."""

    lines: Floats
    """Slope and constant of p35, p60 and p90 over the mean, and of the count; one row each."""

    def target(self, start_ms: int, mean: float) -> Target:
        """Return what would be expected at a mean price in gwei."""
        p35, p60, p90, count = np.exp(self.lines @ (np.log(mean), 1.0))
        return Target(start_ms=start_ms, mean=mean, p35=p35 * mean, p60=p60 * mean, p90=p90 * mean, count=count)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How close a simulated chain comes to what was observed."""

    mean_error: float
    """Mean absolute logarithm of the ratio of mean prices, over the steps."""

    correlation: float
    """Of the logarithms of the mean prices."""

    quantile_errors: tuple[float, ...]
    """As `mean_error`, for each quantile."""

    count_error: float
    """Mean absolute relative error of the included transactions of an hour."""


def price_table(rows: Sequence[Row]) -> Table:
    """Return the five-minute prices."""
    return [{"time_utc": row["time_utc"], "usd": row["price"]} for row in rows]


def gas_table(rows: Sequence[Row]) -> Table:
    """Return mean, quantiles and count of each ten minutes, and whether they were observed."""
    names = {f"{name}_gwei": f"gas_{name}_gwei" for name in ("mean", "p35", "p60", "p90")}
    return [
        {"time_utc": row["time_utc"]}
        | {ours: row[theirs] for ours, theirs in names.items()}
        | {"tx_count": row["tx_count"], "source": row["source"]}
        for row in rows
    ]


def oracle_table(rows: Sequence[Row]) -> Table:
    """Return the oracle's steps of the window and the two before it: the one in force, and the one it was taken at."""
    first, end = (to_ms(instant) for instant in WINDOW)
    before = [row for row in rows if to_ms(row["time_utc"]) <= first][-2:]
    inside = [row for row in rows if first < to_ms(row["time_utc"]) <= end]
    return [{"time_utc": row["time_utc"], "usd": row["price"]} for row in before + inside]


def option_table(rows: Sequence[Row]) -> Table:
    """Return the out-of-the-money quotes that the smile is fitted to."""
    kept = [row for row in rows if _is_fitted(row)]
    names = ("expiry", "strike", "right", "bid_eth", "ask_eth", "mark_eth")
    return [{name: row[name] for name in names} | {"forward_usd": row["underlying_price_usd"]} for row in kept]


def targets(gas: Sequence[Row]) -> list[Target]:
    """Return what the simulated chain should include in each step.

    Where only a mean is known, the rest follows from how it went with the mean on the observed day.
    """
    seen = known_targets([row for row in gas if row["source"] == "observed"])
    known = {target.start_ms: target for target in seen}
    shape = shape_of(seen)
    starts = [(to_ms(row["time_utc"]), float(row["mean_gwei"])) for row in gas]
    return [known.get(start_ms) or shape.target(start_ms, mean) for start_ms, mean in starts]


def known_targets(observed: Sequence[Row]) -> list[Target]:
    """Return observed steps that follow each other as targets.

    The counts are smoothed over three steps, because their scatter holds the chance of how many blocks were found.
    """
    counts = np.log([float(row["tx_count"]) for row in observed])
    padded = np.concatenate([counts[:1], counts, counts[-1:]])
    smooth = np.exp((padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4)
    return [
        Target(
            start_ms=to_ms(row["time_utc"]),
            mean=float(row["mean_gwei"]),
            p35=float(row["p35_gwei"]),
            p60=float(row["p60_gwei"]),
            p90=float(row["p90_gwei"]),
            count=float(count),
        )
        for row, count in zip(observed, smooth, strict=True)
    ]


def shape_of(known: Sequence[Target]) -> Shape:
    """Return the relation of quantiles and count to the mean that the observed steps show."""
    mean = np.log([t.mean for t in known])
    ratios = np.log([(t.p35 / t.mean, t.p60 / t.mean, t.p90 / t.mean, t.count) for t in known])
    return Shape(np.polyfit(mean, ratios, 1).T)


def demand_table(demand: Demand, gas: Sequence[Row]) -> Table:
    """Return the demand of each step."""
    return [
        {
            "time_utc": row["time_utc"],
            "rate_per_s": f"{step.rate_per_s:.3f}",
            "level_gwei": f"{step.level_gwei:.5g}",
            "spread": f"{step.spread:.4f}",
            "premium": f"{step.premium:.4f}",
            "rush": f"{step.rush:.3f}",
            "gas_shares": "/".join(f"{share:.4f}" for share in step.gas_shares),
        }
        for step, row in zip(demand.steps, gas, strict=True)
    ]


def agreement(found: Included, gas: Sequence[Row]) -> Agreement:
    """Return how close `found`, which covers the rows of `gas`, comes to the observed ones among them."""
    seen = np.array([row["source"] == "observed" for row in gas])
    day = [row for row in gas if row["source"] == "observed"]
    mean = np.array([float(row["mean_gwei"]) for row in day])
    quantiles = np.array([[float(row[f"{name}_gwei"]) for name in ("p35", "p60", "p90")] for row in day])
    counts = np.array([float(row["tx_count"]) for row in day]).reshape(-1, 6).sum(axis=1)
    logs, hours = np.log(found.mean[seen]), found.count[seen].reshape(-1, 6).sum(axis=1)
    errors = np.abs(np.log(found.quantiles[seen] / quantiles)).mean(axis=0)
    return Agreement(
        mean_error=float(np.abs(logs - np.log(mean)).mean()),
        correlation=float(np.corrcoef(logs, np.log(mean))[0, 1]),
        quantile_errors=tuple(float(error) for error in errors),
        count_error=float(np.abs(hours / counts - 1).mean()),
    )


def write_records(shared: Path, out: Path) -> Table:
    """Write every table that needs no simulation, and return the gas prices."""
    records, episode = shared / "data" / "black_thursday", out / BLACK_THURSDAY
    gas = gas_table(read_table(records / "gas_10m.csv"))
    write_table(episode / "eth_usd.csv", price_table(read_table(records / "eth_usd_5m.csv")))
    write_table(episode / "gas.csv", gas)
    write_table(episode / "oracle.csv", oracle_table(read_table(records / "osm.csv")))
    _fit_smile(out / "options", option_table(read_table(shared / "data" / "options" / "deribit_eth_2024-01-08.csv")))
    return gas


def main(arguments: Sequence[str] | None = None) -> int:
    """Write every table, and say how well the demand does on other random numbers."""
    parser = argparse.ArgumentParser(prog="python -m solvernet.calibrate", description="Make the market data tables.")
    parser.add_argument("--shared", type=Path, required=True, help="folder with the collected records")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data", help="where the tables go")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of correction of the demand")
    options = parser.parse_args(arguments)
    gas = write_records(options.shared, options.out)
    demand = fit(targets(gas), ETHEREUM_2020, CALIBRATION_SEED, PATIENCE_MS, options.rounds)
    write_table(options.out / BLACK_THURSDAY / "l1_demand.csv", demand_table(demand, gas))
    check(demand, gas)
    return 0


def _fit_smile(folder: Path, quotes: Table) -> None:
    write_table(folder / "eth_options.csv", quotes)
    parts = slices(quotes)
    shape = smile.fit(parts)
    values = {name: round(value, 9) for name, value in asdict(shape).items()}
    (folder / "smile.json").write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    for part in parts:
        miss = 100 * smile.misfit(shape, part)
        rms, most = np.sqrt(np.mean(miss**2)), np.abs(miss).max()
        sys.stdout.write(
            f"smile {part.years * 365:6.1f} days, {len(miss):2d} strikes, at the money {100 * part.atm_vol:5.1f} %: "
            f"misfit {rms:.2f} points rms, {miss.mean():+.2f} mean, {most:.2f} most\n"
        )


def check(demand: Demand, gas: Sequence[Row], rules: ChainRules = ETHEREUM_2020) -> None:
    """Say how well a demand does on other random numbers."""
    step_ms = to_ms(gas[1]["time_utc"]) - to_ms(gas[0]["time_utc"])
    span_ms = (to_ms(gas[0]["time_utc"]), to_ms(gas[-1]["time_utc"]) + step_ms)
    for seed in range(CHECK_SEEDS):
        found = agreement(simulate(demand, rules, ("check", seed), span_ms, step_ms), gas)
        quantiles = ", ".join(f"{error:.3f}" for error in found.quantile_errors)
        sys.stdout.write(
            f"demand, seed {seed}: mean price off by {found.mean_error:.3f}, correlation {found.correlation:.4f}, "
            f"quantiles off by {quantiles}, hourly count by {found.count_error:.3f}\n"
        )


def _is_fitted(row: Mapping[str, str]) -> bool:
    forward, call = float(row["underlying_price_usd"]), row["right"] == "call"
    days = (to_ms(row["expiry"]) - to_ms(OPTIONS_SEEN)) / DAY_MS
    quoted = bool(row["bid_eth"] and row["ask_eth"]) or float(row["mark_eth"]) >= LEAST_MARK_ETH
    return quoted and (float(row["strike"]) > forward) == call and SHORTEST_DAYS <= days <= LONGEST_DAYS


def read_table(path: Path) -> list[Row]:
    """Return the rows of a file."""
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def write_table(path: Path, table: Table) -> None:
    """Write a table, and make its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


if __name__ == "__main__":
    sys.exit(main())
