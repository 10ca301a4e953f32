"""What no route of an intent can gain, whatever engine it is from: a bound for real prices, not for a model of them.

The program of the exact engine takes venues by chords of their cost curves, which err on the dear side. Here the same
rows have lines below the curves (`underestimates`), fees of bridges on what is really moved, and what sales on a market
maker's board save purchases there (`board_sales`). Its optimum, with its own gap, bounds every route that trades an
instrument one way on a chain, in one order a venue, sales first, as all engines do. Where the optimum trades, the lines
are drawn closer, a few times over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.wants import Package, collateral_per_unit
from solvers.routing import board_sales
from solvers.routing.exact import DEFAULT_NODES, Model, build
from solvers.routing.problem import Job, Route
from solvers.routing.program import Limits, Optimum
from solvers.routing.underestimates import Underestimates
from venues.graph import LiquidityGraph
from venues.markets.order_gas import order_gas
from venues.markets.venue import Order

RELATIVE_GAP: Final = 1e-5

ROUNDS: Final = 4
"""Times the lines are drawn closer, at most."""

MANY: Final = 16
"""Whole numbers above which a program is large."""

FEW_NODES: Final = 20
LARGE_GAP: Final = 1e-3
"""Branch-and-bound nodes of a large program, and the gap they aim at; what is left of the gap is in the bound."""

CLOSE: Final = 1e-4
"""Part of the bound by which a round has to lower it for another to follow."""

ROUNDING: Final = 4
"""USDC base units for each edge: whole base units of its cash, its gas, the bridge fee and the limit."""

LOOSE: Final = 1e-6
"""Part of the price of ether, for each unit, that rounded Greeks and payoffs may be off."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """How far a route is from the best there can be."""

    bound: int
    """Largest surplus of any route, in USDC base units."""

    surplus: int

    @property
    def gap(self) -> float:
        """Distance from the bound, as a part of it."""
        return max(self.bound - self.surplus, 0) / max(self.bound, 1)


def certificate(graph: LiquidityGraph, route: Route, *, nodes: int = DEFAULT_NODES) -> Certificate | None:
    """Return how far a route is from the best there can be, or `None` if nothing is proven."""
    bound = surplus_bound(graph, route.job, most_sold=board_sales.most_sold(graph, route), nodes=nodes)
    return Certificate(bound, route.surplus) if bound is not None else None


def surplus_bound(graph: LiquidityGraph, job: Job, *, most_sold: float = 0.0, nodes: int = DEFAULT_NODES) -> int | None:
    """Return what no route of an intent gains more than, in USDC base units, or `None` if nothing is proven.

    Nothing is said where a cost curve is not convex, or where the optimiser fails.

    Args:
        graph: Liquidity at one instant.
        job: The intent and what remains of it.
        most_sold: For wants that leave the legs open: options that the routes in question sell on the boards of one
            market maker, at most. Packages say themselves what is sold.
        nodes: Most branch-and-bound nodes of each round.
    """
    free = not isinstance(job.intent.want, Package)
    small, large = Limits(nodes=nodes, relative_gap=RELATIVE_GAP), Limits(nodes=FEW_NODES, relative_gap=LARGE_GAP)
    lines, pieces = Underestimates(graph, job), board_sales.Pieces(most_sold if free else None)
    bound: int | None = None
    for number in range(ROUNDS):
        model = build(lines, [job], every_series=True)
        if not lines.convex:
            return None
        discounts = _refunded(model, lines, job, pieces)
        if not model.quantity:
            return 0
        # In large programs fractions will do for where to look, until the lines are close.
        coarse = (free or len(model.program.integer) > MANY) and number < ROUNDS - 1
        limits = large if free or len(model.program.integer) > MANY else small
        optimum = (model.program.relaxed() if coarse else model.program).attempt(limits)
        if not isinstance(optimum, Optimum):
            break
        before, bound = bound, _least(bound, _proven(optimum, model, job, graph))
        if not optimum.objective or (not coarse and before is not None and before - bound <= CLOSE * bound):
            break
        for edge, steps in model.flows.items():
            lines.refine(edge, float(optimum.values[steps].sum()))
        board_sales.refine(pieces, discounts, optimum.values)
    return bound


def _refunded(model: Model, lines: Underestimates, job: Job, pieces: board_sales.Pieces) -> board_sales.Discounts:
    """Make the costs of a program bounds from below: gas, fees of bridges, and what sales save purchases."""
    program, snapshot, intent = model.program, lines.snapshot, job.intent
    for edge, use in model.uses.items():
        venue = snapshot.by_venue[edge.key]
        smallest = Order(venue=edge.key, instrument=edge.instrument, side=edge.side, quantity=1, bound=0)
        program.gain[use] = -snapshot.gas_cash(venue.chain, min(edge.gas, order_gas(venue, smallest))) / USDC_UNIT
    paid: dict[str, dict[int, float]] = {}
    for edge, steps in model.flows.items():
        paid.setdefault(edge.source[1], {}).update({step: -program.gain[step] for step in steps})
    for (_, chain), quantity in model.quantity.items():
        program.gain[quantity] = intent.limit / USDC_UNIT
        port = snapshot.bridge(intent.home, chain) if chain != intent.home else None
        if port is not None:
            # What sales save purchases is left out of what is moved: a fee on it would be a second-order part.
            backing = (collateral_per_unit(intent.want) or 0) / USDC_UNIT
            moved = program.variable(gain=-port.fee_ppm / 1e6)
            program.row({**paid.get(chain, {}), quantity: backing, moved: -1.0}, high=0.0)
    if isinstance(intent.want, Package):
        board_sales.add_crowding(model, lines)
    return board_sales.add_discounts(model, lines, pieces)


def _proven(optimum: Optimum, model: Model, job: Job, graph: LiquidityGraph) -> int:
    proven = optimum.objective + optimum.gap * abs(optimum.objective)
    slack = ROUNDING * (len(model.flows) + 1) + sum(1 for _ in _steps(model))
    if not isinstance(job.intent.want, Package):
        spot = max((view.spot for view in graph.snapshot.chains), default=0) * USDC_UNIT // PRICE_UNIT
        slack += int(LOOSE * spot * job.lots() / OPTION_UNIT) + 1
    return int(max(proven, 0.0) * USDC_UNIT * (1 + 1e-9)) + slack


def _steps(model: Model) -> Iterator[int]:
    for steps in model.flows.values():
        yield from steps


def _least(one: int | None, two: int) -> int:
    return two if one is None else min(one, two)
