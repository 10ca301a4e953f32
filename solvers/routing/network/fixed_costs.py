"""Exact routing where each market costs something to use at all, such as gas.

Outer approximation ([Duran and Grossmann]): a mixed-integer program in which tangents stand for the curves bounds what
any route is worth; the dual engine finds the best route over the markets it opens; new tangents at that route sharpen
the program, until bound and best route meet.

[Duran and Grossmann]: https://doi.org/10.1007/BF02592064
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from solvers.routing.network.certificate import Solution, idle
from solvers.routing.network.compiled import Floats, Ints
from solvers.routing.network.dual import solve_dual
from solvers.routing.network.errors import OptimiserError
from solvers.routing.network.markets import Offers, Pairs, Stables
from solvers.routing.network.network import Aim, Network
from solvers.routing.network.reach import in_whole, part_that_matters, spread_out
from solvers.routing.network.recovery import Trades
from solvers.routing.network.screening import gains, screen, used, without
from solvers.routing.network.tangents import Directions, directions_of, tangent

GRID = 2.0 ** np.arange(-8, 1)
"""Tenders, as shares of the most that can be of use, at which each curve has a tangent from the start."""

TOLERANCE = 1e-5
"""Gap at which the search ends."""

ROUNDS = 25
"""Most rounds; three to six are usual."""

NEGLIGIBLE = 1e-9
"""Tender, as a share of the value at stake, that opens no market."""


FEW = 10
"""Open markets from which on each is tried when one is to be closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How good an answer has to be, and what each round may cost."""

    tolerance: float = TOLERANCE
    rounds: int = ROUNDS
    nodes: int = 20_000
    """Branch-and-bound nodes of one round."""


@dataclass(slots=True)
class Program:
    """The mixed-integer program: tender and output of each direction, and whether each market is open."""

    network: Network
    aim: Aim
    costs: Floats
    ways: Directions
    give_unit: Floats
    """Amount of the tendered token that is one unit of the program."""

    take_unit: Floats
    unit: float
    """Value of one unit."""

    cuts: list[tuple[int, float, float]] = field(default_factory=list)
    """Direction, height at zero and slope, in units."""

    def touch(self, way: int, amount: float) -> None:
        """Add the tangent of one direction at a tender."""
        height, slope = tangent(self.network, self.ways, way, amount)
        give, take = self.give_unit[way], self.take_unit[way]
        self.cuts.append((way, height / take, slope * give / take))

    def solve(self, limits: Limits) -> tuple[NDArray[np.bool_], Floats, float, int]:
        """Return which markets are open, the tenders, the bound on the value, and the nodes it took."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        ways, count, markets = self.ways, len(self.ways.market), self.network.markets
        most = ways.most / self.give_unit
        gain = np.concatenate(
            [
                -self.aim.utility[ways.give] * self.give_unit,
                self.aim.utility[ways.take] * self.take_unit,
                -self.costs,
            ]
        )
        found = milp(
            -gain / self.unit,
            constraints=[LinearConstraint(self._cuts(), ub=0.0), self._openings(most), self._balance()],
            bounds=Bounds(0.0, np.concatenate([most, np.full(count, np.inf), np.ones(markets)])),
            integrality=np.concatenate([np.zeros(2 * count), np.ones(markets)]),
            options={"mip_rel_gap": limits.tolerance / 4, "node_limit": limits.nodes},
        )
        if found.x is None:
            raise OptimiserError("highs", found.message)
        bound = -float(found.mip_dual_bound) * self.unit
        return found.x[2 * count :] > 0.5, found.x[:count], bound, int(found.mip_node_count)

    def _cuts(self) -> Any:
        """Write `output <= height * open + slope * tender`."""
        count, rows = len(self.ways.market), np.arange(len(self.cuts))
        way = np.array([cut[0] for cut in self.cuts], dtype=np.int64)
        height, slope = (np.array([cut[column] for cut in self.cuts]) for column in (1, 2))
        values = np.concatenate([np.ones(len(rows)), -slope, -height])
        columns = np.concatenate([count + way, way, 2 * count + self.ways.market[way]])
        return sp.csr_array((values, (np.tile(rows, 3), columns)), (len(rows), 2 * count + self.network.markets))

    def _openings(self, most: Floats) -> Any:
        """Write `tender <= most * open`."""
        from scipy.optimize import LinearConstraint

        count = len(self.ways.market)
        rows = np.arange(count)
        values, columns = np.concatenate([np.ones(count), -most]), np.concatenate([rows, 2 * count + self.ways.market])
        matrix = sp.csr_array((values, (np.tile(rows, 2), columns)), (count, 2 * count + self.network.markets))
        return LinearConstraint(matrix, ub=0.0)

    def _balance(self) -> Any:
        """Write that no token is handed over that is not there."""
        from scipy.optimize import LinearConstraint

        ways, count = self.ways, len(self.ways.market)
        scale = np.zeros(self.network.tokens)
        scale[ways.give], scale[ways.take] = 1.0 / self.give_unit, 1.0 / self.take_unit
        rows, columns = np.concatenate([ways.give, ways.take]), np.arange(2 * count)
        values = np.concatenate([np.ones(count), -np.ones(count)])
        matrix = sp.csr_array((values, (rows, columns)), (self.network.tokens, 2 * count + self.network.markets))
        bounded = np.isfinite(self.aim.stock)
        return LinearConstraint(matrix[bounded], ub=(self.aim.stock * scale)[bounded])


def solve_exact(network: Network, aim: Aim, costs: Floats, limits: Limits | None = None) -> Solution:
    """Return the best route where each market, in the order pairs, stables, offers, has a fixed cost.

    `costs` are in units of utility. The value of the solution is net of them, and so is its bound; `work` counts nodes.
    Raises `UnpricedMarketError` for pools of several tokens.
    """
    part = part_that_matters(network, aim)
    if part is None:
        return _solve(network, aim, costs, limits or Limits())
    pairs, _, stables, offers = part.markets
    first, second = len(network.pairs.gamma), len(network.pairs.gamma) + len(network.stables.gamma)
    costs = costs[np.concatenate([pairs, first + stables, second + offers])]
    inner = _solve(part.network, part.aim, costs, limits or Limits())
    return replace(
        inner,
        trades=in_whole(part, network, inner.trades),
        psi=spread_out(part, network, inner.psi),
        prices=spread_out(part, network, inner.prices),
    )


def _solve(network: Network, aim: Aim, costs: Floats, limits: Limits) -> Solution:
    if not network.markets:
        return nothing(network, aim)
    ways = directions_of(network, aim.stock)
    best, prices = pruned(network, aim, costs), solve_dual(network, aim).prices
    proven = screen(network, aim, costs, ways, (prices, best.value))
    ways, tight, work = without(ways, proven.most), proven.bound, 0
    if not len(ways.market):
        return replace(best, bound=best.value, work=work, ended="optimal")
    program = program_of(network, aim, costs, ways, prices)
    for _ in range(limits.rounds):
        if tight - best.value <= limits.tolerance * tight:
            break
        try:
            opened, tenders, bound, nodes = program.solve(limits)
        except OptimiserError:
            break
        work, tight = work + nodes, min(tight, max(bound, best.value))
        answer = over(network, aim, costs, opened)
        best = max(best, answer, key=lambda one: one.value)
        sharpen(program, answer.trades, tenders)
    closed = tight - best.value <= limits.tolerance * tight
    return replace(best, bound=max(tight, best.value), work=work, ended="optimal" if closed else "stalled")


def pruned(network: Network, aim: Aim, costs: Floats) -> Solution:
    """Return a good route, found by closing markets one after the other.

    While many are open, the one goes that gains least above its cost; of a few, the one that is best done without.
    """
    here = over(network, aim, costs, np.ones(network.markets, dtype=bool))
    best = max(here, nothing(network, aim), key=lambda one: one.value)
    while (opened := used(here.trades)).sum() > FEW:
        opened[np.argmin(np.where(opened, gains(network, here.prices, here.trades) - costs, np.inf))] = False
        here = over(network, aim, costs, opened)
        best = max(best, here, key=lambda one: one.value)
    while (opened := used(best.trades)).any():
        tries = [opened & (np.arange(len(opened)) != market) for market in np.flatnonzero(opened)]
        here = max((over(network, aim, costs, tried) for tried in tries), key=lambda one: one.value)
        if here.value <= best.value:
            break
        best = here
    return best


def program_of(network: Network, aim: Aim, costs: Floats, ways: Directions, prices: Floats) -> Program:
    """Return the program with its first tangents."""
    unit = max(float((prices[ways.give] * ways.most).max(initial=0.0)), float(costs.max(initial=0.0)), 1e-300)
    program = Program(network, aim, costs, ways, unit / prices[ways.give], unit / prices[ways.take], unit)
    for way, most in enumerate(ways.most):
        for amount in (0.0, *(GRID * most)):
            program.touch(way, float(amount))
    return program


def sharpen(program: Program, trades: Trades, tenders: Floats) -> None:
    """Add the tangents at a route, and where the program itself would trade."""
    ways = program.ways
    done = np.concatenate([trades.pairs, trades.stables, trades.offers])
    for way, planned in enumerate(tenders):
        routed = float(done[ways.market[way]] * ways.sign[way])
        for amount in (routed, float(planned * program.give_unit[way])):
            if amount > NEGLIGIBLE * program.give_unit[way]:
                program.touch(way, amount)


def nothing(network: Network, aim: Aim) -> Solution:
    """Return the route that leaves all as it is."""
    families = (network.pairs.gamma, network.baskets.tokens, network.stables.gamma, network.offers.rate)
    trades = Trades(*(np.zeros(len(family)) for family in families))
    return replace(idle(network, aim), trades=trades)


def over(network: Network, aim: Aim, costs: Floats, opened: NDArray[np.bool_]) -> Solution:
    """Return the best route over some markets, worth what is left after their costs."""
    pairs, stables, offers = network.pairs, network.stables, network.offers
    first, second = len(pairs.gamma), len(pairs.gamma) + len(stables.gamma)
    which = [np.flatnonzero(part) for part in (opened[:first], opened[first:second], opened[second:])]
    part = Network(
        tokens=network.tokens,
        pairs=Pairs(*_rows(pairs, which[0])),
        stables=Stables(*_rows(stables, which[1])),
        offers=Offers(*_rows(offers, which[2])),
    )
    inner, whole = solve_dual(part, aim), nothing(network, aim)
    if inner.value <= 0.0:
        return whole
    for rows, mine, values in zip(
        (whole.trades.pairs, whole.trades.stables, whole.trades.offers),
        which,
        (inner.trades.pairs, inner.trades.stables, inner.trades.offers),
        strict=True,
    ):
        rows[mine] = values
    return replace(inner, trades=whole.trades, value=inner.value - cost_of(whole.trades, costs))


def _rows(family: Pairs | Stables | Offers, which: Ints) -> Iterator[Any]:
    for column in family:
        yield column[which]


def cost_of(trades: Trades, costs: Floats) -> float:
    """Return what the markets that a route uses cost."""
    return float(costs[used(trades)].sum())
