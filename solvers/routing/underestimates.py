"""A liquidity graph whose cost curves lie below the real ones: what a program over it finds bounds every route.

Cost curves are convex, so within a stretch they run above the chord of the stretch before it, extended forwards, and
above the chord of the one after it, extended backwards. Curves of books and desks are their chords. All others are
sampled, more finely where a program would trade; that they are convex is checked at every sample.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from intents.assets import OPTION_UNIT
from intents.intent import LOT
from intents.options import parse_series
from intents.wants import Package
from solvers.routing.board_sales import may_trade
from solvers.routing.desk import ANY_COST
from solvers.routing.problem import Job
from venues.graph import Edge, LiquidityGraph
from venues.markets.kinds import AnyVenue
from venues.markets.ladder import FromLadder
from venues.markets.option_amm import OptionAmm
from venues.markets.venue import Market, Order, Step, Unfilled
from venues.pricing.fixed_point import ONE

POINTS: Final = 12
"""Samples of a curve to begin with, closer together at its beginning."""

FINER: Final = 6
"""Parts into which stretches are cut that a program trades in."""

NOISE: Final = 4
"""USDC base units by which two samples may be rounded apart."""

ANY_VOL: Final = 1000 * ONE
"""Volatility that no board reaches."""


class Underestimates(LiquidityGraph):
    """The graph of a snapshot for one intent, with lines below all cost curves instead of chords above them."""

    def __init__(self, graph: LiquidityGraph, job: Job) -> None:
        super().__init__(graph.snapshot)
        self.__dict__["nx"] = graph.nx
        self.convex = True
        """Whether all curves seen so far are convex."""

        want = job.intent.want
        self._most = (
            {name: abs(each) * job.lots() // OPTION_UNIT for name, each in want.unit_legs().items()}
            if isinstance(want, Package)
            else {}
        )
        self._traded = sum(self._most.values())
        self._free = not isinstance(want, Package)
        self._both_ways = {held > 0 for name, held in want.unit_legs().items()} if isinstance(want, Package) else {}
        self._sizes: dict[Edge, list[int]] = {}
        self._cash: dict[tuple[Edge, int], int | None] = {}

    @property
    def mixed(self) -> bool:
        """Whether the intent may both buy and sell."""
        return self._free or len(self._both_ways) > 1

    def ladder(self, edge: Edge) -> tuple[Step, ...]:
        """Return lines below the cost curve of an edge, cheapest first."""
        venue = self._priced_by(edge)
        market = self.snapshot.market(venue.chain)
        if isinstance(venue, OptionAmm) and self._traded and not self._may_trade(edge, market):
            return ()
        if isinstance(venue, FromLadder):
            return venue.ladder(edge.instrument, edge.side, market)
        capacity = venue.capacity(edge.instrument, edge.side, market)
        if edge not in self._sizes:
            most = min(capacity, self._most.get(edge.instrument, capacity))
            self._sizes[edge] = _spread_out(most)
        first = venue.marginal_price(edge.instrument, edge.side, market)
        return self._lines(edge, venue, first, capacity) if first is not None and capacity else ()

    def refine(self, edge: Edge, quantity: float) -> None:
        """Look closer at a curve around a quantity, in options or ether."""
        sizes, here = self._sizes.get(edge, []), round(quantity * OPTION_UNIT)
        cut = {0, *sizes}
        near = [at for at, (low, high) in enumerate(pairwise(sizes)) if low <= here <= high]
        for at in {place for centre in near for place in (centre - 1, centre, centre + 1)}:
            if 0 <= at < len(sizes) - 1:
                low, high = sizes[at], sizes[at + 1]
                cut.update((low + (high - low) * part // FINER) // LOT * LOT for part in range(1, FINER))
        self._sizes[edge] = sorted(size for size in cut if size <= sizes[-1]) if sizes else []

    def plain(self, venue: OptionAmm) -> OptionAmm:
        """Return a maker without bounds and without fees for vega: it is never dearer, and trades whenever it does."""
        rules = replace(venue.rules, min_vol=1, max_vol=ANY_VOL, min_delta=0, vol_fees=None)
        return replace(venue, rules=rules)

    def _priced_by(self, edge: Edge) -> AnyVenue:
        """Return the venue that an edge is priced by: a maker without bounds where those might bend its curve."""
        venue = self.snapshot.by_venue[edge.key]
        if not isinstance(venue, OptionAmm):
            return venue
        market = self.snapshot.market(venue.chain)
        bounded = self.mixed or venue.rules.vol_fees is not None
        return self.plain(venue) if bounded or self._filled(venue, edge, LOT, market) is None else venue

    def _may_trade(self, edge: Edge, market: Market) -> bool:
        """Return whether the real maker may take what an edge trades, whatever else the intent has traded there."""
        real = self.snapshot.by_venue[edge.key]
        assert isinstance(real, OptionAmm)
        series = parse_series(edge.instrument)
        return series.expiry in real.boards and may_trade(real, series, self._traded / OPTION_UNIT, market)

    def _lines(self, edge: Edge, venue: AnyVenue, first: float, capacity: int) -> tuple[Step, ...]:
        market, ladder = self.snapshot.market(venue.chain), list[Step]()
        reached = cash = 0
        for size in self._sizes[edge][1:]:
            if (edge, size) not in self._cash:
                self._cash[edge, size] = self._filled(venue, edge, size, market)
            total = self._cash[edge, size]
            if total is None:
                continue
            if edge.side == "sell" and total < cash:
                # Fees have overtaken what a larger sale brings; no more of it brings more than the last stretch did.
                break
            ladder.append(Step(size - reached, total - cash))
            reached, cash = size, total
        if not ladder:
            return ()
        # A fee takes all of a premium that is smaller: then a sale brings nothing, whatever its size.
        sign, first = (1, first) if edge.side == "buy" else (-1, max(first, 0.0))
        self.convex = self.convex and _is_convex(ladder, first, sign)
        most = min(capacity, self._most.get(edge.instrument, capacity))
        return tuple(_rounded(lines_below(ladder, first, max(most - reached, 0)), sign))

    def _filled(self, venue: AnyVenue, edge: Edge, size: int, market: Market) -> int | None:
        bound = ANY_COST if edge.side == "buy" else 0
        order = Order(venue=edge.key, instrument=edge.instrument, side=edge.side, quantity=size, bound=bound)
        outcome = venue.execute(order, market)
        return None if isinstance(outcome, Unfilled) else outcome[1].cash


def lines_below(ladder: Sequence[Step], first: float, beyond: int) -> list[tuple[float, float]]:
    """Return sizes and prices of lines below a curve that starts at the price `first` and goes on for `beyond`.

    The line from before a stretch and the line from after it meet at `share` of its length. What lies beyond the last
    step costs at least what that costs, and nothing comes after it.
    """
    chords = [step.cash / step.quantity for step in ladder]
    lines: list[tuple[float, float]] = []
    for step, before, own, after in zip(ladder, (first, *chords), chords, (*chords[1:], None), strict=False):
        share = (after - own) / (after - before) if after is not None and after != before else 1.0
        share = min(max(share, 0.0), 1.0)
        lines.append((step.quantity * share, before))
        if after is not None:
            lines.append((step.quantity * (1 - share), after))
    return [*lines, (beyond, chords[-1])]


def _spread_out(most: int) -> list[int]:
    """Return zero and sizes up to `most` on the lot grid, and `most` itself."""
    sizes = (int(most * (part / POINTS) ** 1.5) // LOT * LOT for part in range(1, POINTS))
    return sorted({0, *sizes, most})


def _is_convex(ladder: Sequence[Step], first: float, sign: int) -> bool:
    """Return whether no stretch is better than the one before it by more than rounding."""
    chords = [(first, ladder[0].quantity), *((step.cash / step.quantity, step.quantity) for step in ladder)]
    return all(
        sign * (after - before) >= -NOISE * (1 / size + 1 / length)
        for (before, size), (after, length) in pairwise(chords)
    )


def _rounded(lines: Iterable[tuple[float, float]], sign: int) -> Iterable[Step]:
    """Yield lines in whole base units, a little cheaper and a little longer than they are."""
    for size, price in lines:
        quantity = int(size) + 1
        if size >= 1:
            yield Step(quantity, sign * int(sign * price * quantity // 1))
