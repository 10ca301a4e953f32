"""Structures and lots in routing: legs that a desk sells together, and offers that are taken whole or not at all."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from intents.assets import OPTION_UNIT, USDC_UNIT
from intents.intent import LOT
from solvers.routing.desk import Desk, Draft, open_order, priced
from solvers.routing.problem import Job, Parcel
from venues.graph import Edge, LiquidityGraph
from venues.markets.lots import OffersLots
from venues.markets.structure import is_structure, legs_of, positions_of, structure_of
from venues.markets.venue import Order, Side, Step, Unfilled

if TYPE_CHECKING:
    from solvers.routing.exact import Flow, Model

_SIDES: Final[tuple[Side, Side]] = ("buy", "sell")


def together(
    graph: LiquidityGraph, job: Job, chain: str, quantity: int, legs: Mapping[str, int]
) -> tuple[list[Parcel], int]:
    """Return the parcels of a single order: a structure of all legs, or a lot; and the work it took."""
    found = structure_of(legs)
    if found is None:
        return [], 0
    symbol, side, amount = found
    parcels, work = [], 0
    for edge in graph.trades(symbol, side, chain):
        if job.allows(edge.key) and (is_structure(symbol) or graph.lots(edge)):
            desk, order = Desk(graph.snapshot), open_order(edge.key, symbol, side, amount)
            part = priced(desk, job, Draft(chain=chain, quantity=quantity, legs=dict(legs), orders=(order,)))
            work += desk.work
            if not isinstance(part, Unfilled):
                parcels.append(part)
    return parcels, work


def is_simple(graph: LiquidityGraph, chain: str) -> bool:
    """Return whether first prices and ladders say all of what a chain offers: no structures, no lots."""
    return not graph.structures(chain) and not any(
        isinstance(venue, OffersLots) for venue in graph.snapshot.by_chain[chain].venues
    )


def add_structures(model: "Model", graph: LiquidityGraph, jobs: Sequence[Job]) -> None:
    """Let the legs of one intent come together; several intents at once are left to trade leg by leg."""
    if len(jobs) > 1:
        return
    for chain in sorted({chain for chain, _ in model.balance}):
        for symbol in graph.structures(chain):
            if all((chain, name) in model.balance for name, _ in legs_of(symbol)):
                for edge in (edge for side in _SIDES for edge in graph.trades(symbol, side, chain)):
                    _add_structure(model, graph, edge, jobs[0])


def add_lots(model: "Model", graph: LiquidityGraph, edge: Edge, use: int, ladder: Mapping[int, float]) -> list[int]:
    """Add the lots of an edge; an order that takes one takes nothing else there.

    Args:
        model: The program.
        graph: Where the edge is.
        edge: Direction of a venue.
        use: The variable that is one where an order is sent over the edge.
        ladder: The variables of its ladder, with what each may trade, in options.
    """
    program, sign = model.program, 1.0 if edge.side == "buy" else -1.0
    depth, chosen, quantities = sum(ladder.values()), [], []
    for lot in graph.lots(edge):
        size = lot.quantity / OPTION_UNIT
        taken = program.variable(integer=True)
        quantity = program.variable(gain=-sign * lot.cash / USDC_UNIT / size, upper=size)
        program.row({quantity: 1.0, taken: -size}, low=0.0, high=0.0)
        program.row({taken: 1.0, use: -1.0}, high=0.0)
        chosen.append(taken)
        quantities.append(quantity)
    if chosen and ladder:
        program.row(dict.fromkeys(ladder, 1.0) | dict.fromkeys(chosen, depth), high=depth)
    if len(chosen) > 1:
        program.row(dict.fromkeys(chosen, 1.0), high=1.0)
    return quantities


def depth(graph: LiquidityGraph, edge: Edge) -> int:
    """Return the most that an order over an edge trades, ladder or lot."""
    lots = (lot.quantity for lot in graph.lots(edge))
    return max(sum(step.quantity for step in graph.ladder(edge)), *lots, 0)


def whole_orders(
    flows: Sequence["Flow"], chain: str, legs: Mapping[str, int]
) -> tuple[list[Order], dict[str, int]] | None:
    """Return orders for the structures among flows on a chain, in whole lots, and the legs that are left.

    `None` where structures bring more of a leg than is wanted.
    """
    left, orders = dict(legs), []
    for flow in flows:
        symbol, side = flow.edge.instrument, flow.edge.side
        if not is_structure(symbol) or flow.edge.source[1] != chain:
            continue
        quantity = round(flow.quantity * OPTION_UNIT / LOT) * LOT
        if not quantity:
            continue
        for name, held in positions_of(symbol, quantity if side == "buy" else -quantity).items():
            left[name] = left.get(name, 0) - held
        orders.append(open_order(flow.edge.key, symbol, side, quantity))
    if any(held * legs.get(name, 0) < 0 or (held and name not in legs) for name, held in left.items()):
        return None
    return orders, {name: held for name, held in left.items() if held}


def _add_structure(model: "Model", graph: LiquidityGraph, edge: Edge, job: Job) -> None:
    ladder = graph.ladder(edge) if job.allows(edge.key) else ()
    lots: tuple[Step, ...] = graph.lots(edge) if job.allows(edge.key) else ()
    if not ladder and not lots:
        return
    program, sign = model.program, 1.0 if edge.side == "buy" else -1.0
    gas = graph.snapshot.gas_cash(edge.source[1], edge.gas) / USDC_UNIT
    use = program.variable(gain=-gas, integer=True)
    steps: dict[int, float] = {}
    for step in ladder:
        size = step.quantity / OPTION_UNIT
        steps[program.variable(gain=-sign * step.cash / USDC_UNIT / size, upper=size)] = size
    if steps:
        program.row(dict.fromkeys(steps, 1.0) | {use: -sum(steps.values())}, high=0.0)
    everything = [*steps, *add_lots(model, graph, edge, use, steps)]
    model.flows[edge], model.uses[edge] = everything, use
    for name, ratio in legs_of(edge.instrument):
        terms = model.joint.setdefault((edge.source[1], name), {})
        terms.update(dict.fromkeys(everything, sign * ratio))
