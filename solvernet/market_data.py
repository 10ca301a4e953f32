"""Market data of record that ships with the package, as typed values.

What is observed, reconstructed or derived is said in the `SOURCES.md` beside each table. Nothing here is random: the
tables are made once, by `solvernet.calibrate`.
"""

import csv
import datetime as dt
import json
import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from itertools import groupby, pairwise
from typing import Final

import numpy as np

from intents.assets import PRICE_UNIT
from venues.chains.background import GAS_SIZES, GWEI, Demand, DemandStep
from venues.chains.presets import ROLLUP_2S, ChainRules
from venues.pricing.black76 import SECONDS_PER_YEAR
from venues.pricing.implied import implied_vol
from venues.pricing.smile import Slice, Smile
from venues.pricing.svi import RawSvi, Surface
from venues.pricing.svi_fit import Quoted

BLACK_THURSDAY: Final = "black_thursday"
"""The episode of 11 to 15 March 2020."""

MAY_2021: Final = "may_2021"
"""The episode of 19 May 2021."""

PATIENCE_MS: Final = 1_200_000
"""Mean time after which a waiting transaction of others is withdrawn on a first-price chain; assumed."""

OPTIONS_SEEN: Final = "2024-01-08T11:19:41Z"
"""When the option quotes were taken."""

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RollupAssumptions:
    """How much of a rollup's block space would have been asked for; no rollup existed on that day."""

    calm_gwei: float
    """L1 gas price of a calm day, at which the load is `calm_load`."""

    calm_load: float
    """Gas demanded over the gas target on a calm day."""

    gas_elasticity: float
    """Rise of the load, in per cent, when the L1 gas price rises by one per cent."""

    doubling_move: float
    """Price move within one bar, up or down, that doubles the load and what senders would pay."""

    level_gwei: float
    """Median of the most that senders pay when the price stands still."""

    spread: float
    gas_shares: tuple[float, ...]
    patience_ms: int


LEVEL_OVER_MINIMUM: Final = 4
"""What everybody else offers on a rollup is at least this many times the least base fee."""

ROLLUP_ASSUMED: Final = RollupAssumptions(
    calm_gwei=12.884,
    calm_load=0.4,
    gas_elasticity=1.0,
    doubling_move=0.008,
    level_gwei=0.004,
    spread=0.5,
    gas_shares=(0.30, 0.25, 0.30, 0.15),
    patience_ms=120_000,
)
"""Calm is the published mean gas price of 11 March 2020; the rest is chosen, not measured."""

ROLLUP_OF_EPISODE: Final = {
    BLACK_THURSDAY: ROLLUP_ASSUMED,
    MAY_2021: replace(ROLLUP_ASSUMED, calm_gwei=77.0, doubling_move=0.0113),
}
"""In May 2021 calm is the cheapest ten minutes of the day, and the move is that of bars twice as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBars:
    """Prices at equal steps of time."""

    start_ms: int
    step_ms: int
    prices: tuple[int, ...]
    """Dollars times `PRICE_UNIT`."""

    @property
    def end_ms(self) -> int:
        """Time of the last bar."""
        return self.start_ms + self.step_ms * (len(self.prices) - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class GasStep:
    """Gas prices of included transactions in one stretch of time, in gwei."""

    start_ms: int
    mean_gwei: float
    p35_gwei: float | None
    p60_gwei: float | None
    p90_gwei: float | None
    count: int | None
    """Included transactions."""

    observed: bool
    """If not, only the mean is known, and it is reconstructed."""


def price_bars(episode: str = BLACK_THURSDAY) -> PriceBars:
    """Return the observed ether prices of an episode."""
    rows = _rows(episode, "eth_usd.csv")
    times = [to_ms(row["time_utc"]) for row in rows]
    return PriceBars(start_ms=times[0], step_ms=times[1] - times[0], prices=tuple(to_price(row["usd"]) for row in rows))


def gas_rows(episode: str = BLACK_THURSDAY) -> list[Row]:
    """Return the table of gas prices of an episode as it is written."""
    return _rows(episode, "gas.csv")


def gas_steps(episode: str = BLACK_THURSDAY) -> tuple[GasStep, ...]:
    """Return the gas prices of an episode, oldest first."""
    return tuple(_gas_step(row) for row in gas_rows(episode))


def oracle_steps(episode: str = BLACK_THURSDAY) -> tuple[tuple[int, int], ...]:
    """Return the oracle's updates: Unix milliseconds, and dollars times `PRICE_UNIT`; each holds until the next."""
    return tuple((to_ms(row["time_utc"]), to_price(row["usd"])) for row in _rows(episode, "oracle.csv"))


def l1_demand(episode: str = BLACK_THURSDAY) -> Demand:
    """Return the demand for block space with which the L1 preset reproduces the gas prices of an episode."""
    return Demand(tuple(_demand_step(row) for row in _rows(episode, "l1_demand.csv")), PATIENCE_MS)


def rollup_demand(
    gas: Sequence[GasStep], bars: PriceBars, rules: ChainRules = ROLLUP_2S, assumed: RollupAssumptions = ROLLUP_ASSUMED
) -> Demand:
    """Return a counterfactual demand for a rollup's block space, in steps of the price bars.

    The load follows the stress of L1, its gas price over the calm one. It comes in bursts when the price moves, and
    from senders in a hurry: a base fee that rises by two per cent a block needs minutes to turn them away.
    """
    if rules.base_fee is None:
        raise ValueError(f"{rules.name} has no gas target to measure a load by")
    target_per_s = rules.block_gas / rules.base_fee.elasticity / rules.interval_ms * 1000
    mean_gas = sum(size * share for size, share in zip(GAS_SIZES, assumed.gas_shares, strict=True))
    steps = []
    for i, (price, following) in enumerate(pairwise(bars.prices)):
        start_ms = bars.start_ms + i * bars.step_ms
        stress = _gas_at(gas, start_ms) / assumed.calm_gwei
        burst = 1 + abs(math.log(following / price)) / assumed.doubling_move
        load = assumed.calm_load * stress**assumed.gas_elasticity * burst
        rate_per_s = load * target_per_s / mean_gas
        level_gwei = max(assumed.level_gwei, LEVEL_OVER_MINIMUM * rules.base_fee.minimum_wei / GWEI) * burst
        steps.append(DemandStep(start_ms, rate_per_s, level_gwei, assumed.spread, assumed.gas_shares))
    return Demand(tuple(steps), assumed.patience_ms)


def steady_demand(rules: ChainRules, base_fee_gwei: float, assumed: RollupAssumptions = ROLLUP_ASSUMED) -> Demand:
    """Return a demand that stays, under which the base fee settles around a level.

    Twice as many want to get in as fit, and half of them offer more than the level: those fill the blocks to their
    target.
    """
    if rules.base_fee is None:
        raise ValueError(f"{rules.name} has no base fee to keep at a level")
    target_per_s = rules.block_gas / rules.base_fee.elasticity / rules.interval_ms * 1000
    mean_gas = sum(size * share for size, share in zip(GAS_SIZES, assumed.gas_shares, strict=True))
    step = DemandStep(0, 2 * target_per_s / mean_gas, base_fee_gwei, assumed.spread, assumed.gas_shares)
    return Demand((step,), assumed.patience_ms)


@lru_cache(maxsize=1)
def smile() -> Smile:
    """Return the shape of the implied-volatility smile of ether options."""
    text = (files("solvernet") / "data" / "options" / "smile.json").read_text(encoding="utf-8")
    return Smile(**{name: float(value) for name, value in json.loads(text).items()})


@lru_cache(maxsize=1)
def svi() -> Surface:
    """Return the surface without static arbitrage that is fitted to quotes of ether options."""
    rows, names = _rows("options", "svi.csv"), ("a", "b", "rho", "m", "sigma")
    return Surface(tuple(RawSvi(**{name: float(row[name]) for name in names}) for row in rows))


def option_quotes() -> tuple[Quoted, ...]:
    """Return the implied volatilities of mark, bid and ask of the same quotes, by expiry."""
    rows = _rows("options", "eth_options.csv")
    sides = (slices([{**row, "mark_eth": row[side]} for row in rows]) for side in ("bid_eth", "ask_eth"))
    return tuple(Quoted(mark, bid.vols, ask.vols) for mark, bid, ask in zip(option_slices(), *sides, strict=True))


def option_slices() -> tuple[Slice, ...]:
    """Return the implied volatilities of the option quotes that the smile is fitted to, by expiry."""
    return slices(_rows("options", "eth_options.csv"))


def slices(rows: Iterable[Row]) -> tuple[Slice, ...]:
    """Return the implied volatilities of out-of-the-money quotes, sorted by expiry; prices are marks in ether.

    Rate zero on the forward of the expiry, of which the rows may carry copies a cent apart: the median counts.
    """
    ordered = sorted(rows, key=lambda row: (row["expiry"], float(row["strike"])))
    parts = []
    for expiry, group in groupby(ordered, key=lambda row: row["expiry"]):
        quotes = list(group)
        forward = float(np.median([float(row["forward_usd"]) for row in quotes]))
        years = (to_ms(expiry) - to_ms(OPTIONS_SEEN)) / 1000 / SECONDS_PER_YEAR
        strikes = np.array([float(row["strike"]) for row in quotes])
        marks = np.array([float(row["mark_eth"]) for row in quotes]) * forward
        calls = np.array([row["right"] == "call" for row in quotes])
        parts.append(Slice(forward, years, strikes, implied_vol(marks, forward, strikes, years, calls)))
    return tuple(parts)


def to_ms(time_utc: str) -> int:
    """Return an ISO instant in Unix milliseconds."""
    return round(dt.datetime.fromisoformat(time_utc).timestamp()) * 1000


def to_price(usd: str) -> int:
    """Return a price in dollars times `PRICE_UNIT`, rounded down."""
    return int(Decimal(usd) * PRICE_UNIT)


def _gas_at(gas: Sequence[GasStep], time_ms: int) -> float:
    index = bisect_right(gas, time_ms, key=lambda step: step.start_ms) - 1
    return gas[max(index, 0)].mean_gwei


def _gas_step(row: Row) -> GasStep:
    return GasStep(
        start_ms=to_ms(row["time_utc"]),
        mean_gwei=float(row["mean_gwei"]),
        p35_gwei=_number(row["p35_gwei"]),
        p60_gwei=_number(row["p60_gwei"]),
        p90_gwei=_number(row["p90_gwei"]),
        count=int(row["tx_count"]) if row["tx_count"] else None,
        observed=row["source"] == "observed",
    )


def _demand_step(row: Row) -> DemandStep:
    return DemandStep(
        start_ms=to_ms(row["time_utc"]),
        rate_per_s=float(row["rate_per_s"]),
        level_gwei=float(row["level_gwei"]),
        spread=float(row["spread"]),
        gas_shares=tuple(float(share) for share in row["gas_shares"].split("/")),
        premium=float(row["premium"]),
        rush=float(row["rush"]),
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def _rows(folder: str, name: str) -> list[Row]:
    text = (files("solvernet") / "data" / folder / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
