"""What positions tie up as margin, and what that costs: scenarios, each of which values a portfolio linearly.

A margin engine names groups of scenarios. A scenario says what one of each instrument is worth in it; a portfolio
needs, for each group, the worst it is worth in any scenario of the group, where that is below zero. So margin is convex
and made of straight pieces in the positions, and can stand in a program. It nets within a chain, never across chains.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from intents.assets import ETH, PRICE_UNIT
from intents.options import OptionSeries, parse_series
from venues.pricing import black76

Scenario = Mapping[str, float]
"""Dollars that one of each instrument is worth."""

SHOCK: Final = 1.6
"""Price beyond which the worst terminal loss is not looked for, as a multiple of the spot or of the last strike."""


class MarginEngine(Protocol):
    """Says in which scenarios positions are valued."""

    def groups(self, instruments: Sequence[str], spot: float, now_ms: int) -> Sequence[Sequence[Scenario]]:
        """Return groups of scenarios; the worst of each group adds to the margin.

        Args:
            instruments: All that may be held, options and perhaps ether.
            spot: Price of ether, in dollars.
            now_ms: The present instant, in Unix milliseconds.
        """


@dataclass(frozen=True, slots=True)
class WorstTerminal:
    """The worst loss at expiry, each expiry on its own, up to a price far above what is known.

    Payoffs are straight between strikes, so zero, every strike and the last price are enough. Ether covers the expiry
    that comes first, at the price of that scenario.
    """

    shock: float = SHOCK

    def groups(self, instruments: Sequence[str], spot: float, now_ms: int) -> Sequence[Sequence[Scenario]]:  # noqa: ARG002
        """Return a group for each expiry, and one for each series of another style, which nets with nothing."""
        by_expiry: dict[int, list[OptionSeries]] = {}
        groups: list[list[Scenario]] = []
        for series in (parse_series(name) for name in instruments if name != ETH):
            if series.is_european:
                by_expiry.setdefault(series.expiry_ms, []).append(series)
            else:
                groups.append([self._most(series, spot)])
        for position, (_, listed) in enumerate(sorted(by_expiry.items())):
            strikes = sorted({series.strike / PRICE_UNIT for series in listed})
            prices = [0.0, *strikes, self.shock * max(spot, strikes[-1])]
            groups.append([self._worth(listed, price, ether=ETH in instruments and not position) for price in prices])
        return groups

    def _most(self, series: OptionSeries, spot: float) -> Scenario:
        """Return the most that an option of another style can pay: what backs it where it is sold."""
        last = round(self.shock * max(spot, series.strike / PRICE_UNIT) * PRICE_UNIT)
        return {series.symbol: max(series.intrinsic(0), series.intrinsic(last)) / PRICE_UNIT}

    def _worth(self, listed: Sequence[OptionSeries], price: float, *, ether: bool) -> Scenario:
        worth = {series.symbol: series.intrinsic(round(price * PRICE_UNIT)) / PRICE_UNIT for series in listed}
        return worth | ({ETH: price} if ether else {})


@dataclass(frozen=True, slots=True)
class ShockedMarket:
    """The worst value over moves of spot and volatility at once, as portfolio margin on exchanges is worked out."""

    vol: float
    """Volatility before the shock, of every series; those of other styles are valued as European ones."""

    moves: tuple[float, ...] = (0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2)
    vols: tuple[float, ...] = (0.75, 1.0, 1.45)

    def groups(self, instruments: Sequence[str], spot: float, now_ms: int) -> Sequence[Sequence[Scenario]]:
        """Return one group with a scenario for each pair of moves."""
        series = [parse_series(name) for name in instruments if name != ETH]
        strikes = np.array([each.strike / PRICE_UNIT for each in series])
        years = np.array([max(each.expiry_ms - now_ms, 0) / black76.MS_PER_YEAR for each in series])
        calls = np.array([each.right == "C" for each in series])
        scenarios: list[Scenario] = []
        for move in self.moves:
            for factor in self.vols:
                worth = black76.price(spot * move, strikes, self.vol * factor, years, calls)
                priced = {each.symbol: float(value) for each, value in zip(series, np.atleast_1d(worth), strict=True)}
                scenarios.append(priced | ({ETH: spot * move} if ETH in instruments else {}))
        return [scenarios]


def requirement(groups: Sequence[Sequence[Scenario]], positions: Mapping[str, float]) -> float:
    """Return the margin of positions (numbers of options and ether), in dollars."""
    return sum(max(0.0, *(-_value(scenario, positions) for scenario in group)) for group in groups)


def _value(scenario: Scenario, positions: Mapping[str, float]) -> float:
    return sum(held * scenario.get(name, 0.0) for name, held in positions.items())
