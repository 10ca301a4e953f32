"""Cash that has to be brought to a chain first, and arrives by layers: the same chain at later and later instants.

A node is a chain at an instant, cash waits from one instant to the next, and a transfer over a bridge leads from one
chain at one instant to another at a later one. The instants of a chain are all those at which something can arrive
there before the deadline, by the 99th percentiles of inclusion and carriage, so that no time is rounded.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from intents.assets import USDC_UNIT
from solvers.routing.program import Failure, Limits, Program
from venues.bridges import BridgePort
from venues.graph import LiquidityGraph
from venues.pricing.black76 import Floats
from venues.snapshot import Snapshot

PLAN_NODES: Final = 200
"""Branch-and-bound nodes for the transfers of a route that is otherwise settled."""

MOST_HOPS: Final = 3
"""Bridges that cash crosses one after the other, at most."""

HASTE: Final = 1e-9
"""Dollars that a millisecond before departure counts as: of equal transfers the earliest is made."""

SPARE_PPM: Final = 20
"""How much more is sent than the optimiser says, in millionths: its answers are rounded."""

KEPT_PPM: Final = 200
"""How much of what is at hand the optimiser leaves alone, in millionths: what is sent more comes from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Until when a route must have ended, and what it can pay from."""

    within_ms: int
    """Time from the snapshot to the last inclusion."""

    inclusion_ms: Mapping[str, int]
    """99th percentile of the time to get a transaction into a chain; zero for chains that are not named."""

    cash: Mapping[str, int]
    """USDC base units at hand on each chain now. What is paid at home is the owner's own cash, so none is needed."""

    def inclusion(self, chain: str) -> int:
        """Return how long a transaction takes on a chain, at the 99th percentile."""
        return self.inclusion_ms.get(chain, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Cash sent over a bridge so that a delivery can be paid."""

    bridge: str
    source: str
    target: str
    cash: int
    """USDC base units sent; fees come off it."""

    fee: int
    gas: int
    """What sending costs in gas, in USDC base units."""

    departs_ms: int
    """Instant at which it is handed to the source chain, from the snapshot on."""

    arrives_ms: int
    """Instant by which it has arrived in 99 of 100 cases."""


@dataclass(frozen=True, slots=True)
class _Hop:
    """A transfer that can be made: its bridge, its instants, and the variables of its cash in dollars and its use."""

    port: BridgePort
    departs_ms: int
    arrives_ms: int
    cash: int
    use: int


@dataclass(frozen=True, slots=True)
class Layers:
    """The hops of a program, by which its transfers are read back."""

    hops: tuple[_Hop, ...]

    def transfers(self, snapshot: Snapshot, values: Floats) -> tuple[Transfer, ...]:
        """Return the transfers of a solution, earliest first, in whole base units."""
        made = []
        for hop in self.hops:
            cash = int(values[hop.cash] * USDC_UNIT)
            if cash > 0 and values[hop.use] > 0.5:
                sent = cash + cash * SPARE_PPM // 1_000_000 + 1
                made.append(_transfer(snapshot, hop, sent))
        return tuple(sorted(made, key=lambda each: (each.departs_ms, each.bridge, each.source)))


def latest_ms(schedule: Schedule, chain: str) -> int:
    """Return when a delivery on a chain must be sent at the latest, from the snapshot on."""
    return schedule.within_ms - schedule.inclusion(chain)


def add_layers(
    program: Program, graph: LiquidityGraph, schedule: Schedule, needs: Mapping[str, Mapping[int, float]]
) -> Layers:
    """Add what brings cash to deliveries in time, and is paid for.

    Args:
        program: What is added to; cash is in dollars.
        graph: Liquidity at the snapshot.
        schedule: Until when, and what there is.
        needs: Terms of the cash that deliveries on each chain need, the owner's home left out.
    """
    hops = _hops(program, graph, schedule)
    _cap(program, graph.snapshot, hops)
    for chain, instants in _instants(graph, schedule).items():
        for instant in sorted(instants | {max(latest_ms(schedule, chain), 0)}):
            # What left up to an instant came from what was there or had arrived by then.
            terms: dict[int, float] = {}
            for hop in hops:
                if hop.port.peer == chain and hop.arrives_ms <= instant:
                    terms[hop.cash] = 1.0 - hop.port.fee_ppm / 1e6
                    terms[hop.use] = -hop.port.fixed_fee / USDC_UNIT
            for hop in hops:
                if hop.port.chain == chain and hop.departs_ms <= instant:
                    terms[hop.cash] = terms.get(hop.cash, 0.0) - 1.0
            if instant >= latest_ms(schedule, chain):
                terms |= {variable: -need for variable, need in needs.get(chain, {}).items()}
            if terms:
                program.row(terms, low=-_at_hand(schedule, chain))
    return Layers(tuple(hops))


def plan(graph: LiquidityGraph, schedule: Schedule, needs: Mapping[str, int]) -> tuple[Transfer, ...] | str:
    """Return the cheapest transfers that bring `needs` (USDC base units, by chain) in time, or why there are none."""
    late = next((chain for chain in needs if latest_ms(schedule, chain) < 0), None)
    if late is not None:
        return f"nothing gets into {late} within {schedule.within_ms} ms"
    program = Program()
    one = program.variable(upper=1.0)
    program.row({one: 1.0}, low=1.0, high=1.0)
    layers = add_layers(program, graph, schedule, {chain: {one: need / USDC_UNIT} for chain, need in needs.items()})
    found = program.attempt(Limits(nodes=PLAN_NODES, relative_gap=1e-6))
    if isinstance(found, Failure):
        return f"no cash arrives in time: {found}"
    transfers = layers.transfers(graph.snapshot, found.values)
    return broken_plan(graph.snapshot, schedule, transfers, needs) or transfers


def broken_plan(
    snapshot: Snapshot, schedule: Schedule, transfers: tuple[Transfer, ...], needs: Mapping[str, int]
) -> str | None:
    """Return what does not hold of a plan in whole numbers, or `None`: cash at hand, caps, and arrival in time."""
    events: list[tuple[int, int, str, int]] = []
    for each in transfers:
        port = _port(snapshot, each)
        if port is None or each.fee != port.fee(each.cash):
            return f"there is no bridge {each.bridge} from {each.source} to {each.target} at that fee"
        if each.arrives_ms < each.departs_ms + _lasts(schedule, port):
            return f"{each.bridge} does not arrive by {each.arrives_ms} ms"
        events.append((each.departs_ms, 1, each.source, -each.cash))
        events.append((each.arrives_ms, 0, each.target, each.cash - each.fee))
    for chain, need in needs.items():
        events.append((latest_ms(schedule, chain), 2, chain, -need))
    held = dict(schedule.cash)
    for instant, _, chain, cash in sorted(events):
        held[chain] = held.get(chain, 0) + cash
        if held[chain] < 0 or instant < 0:
            return f"{chain} lacks {-held[chain]} at {instant} ms"
    return _over_cap(snapshot, transfers)


def ends_ms(schedule: Schedule, transfers: tuple[Transfer, ...], chains: Collection[str]) -> int:
    """Return when a route has ended in 99 of 100 cases: its last delivery, each sent once its cash is there."""
    arrived = {chain: max((t.arrives_ms for t in transfers if t.target == chain), default=0) for chain in chains}
    return max((at + schedule.inclusion(chain) for chain, at in arrived.items()), default=0)


def _hops(program: Program, graph: LiquidityGraph, schedule: Schedule) -> list[_Hop]:
    hops = []
    for chain, instants in _instants(graph, schedule).items():
        for port in graph.snapshot.by_chain[chain].bridges:
            most = _most(graph.snapshot, port)
            for instant in sorted(instants):
                arrives = instant + _lasts(schedule, port)
                if arrives > latest_ms(schedule, port.peer) or most <= 0:
                    continue
                cash = program.variable(gain=-port.fee_ppm / 1e6, upper=most)
                fixed = port.fixed_fee + graph.snapshot.gas_cash(chain, port.gas)
                use = program.variable(gain=-fixed / USDC_UNIT - instant * HASTE, integer=True)
                program.row({cash: 1.0, use: -most}, high=0.0)
                hops.append(_Hop(port, instant, arrives, cash, use))
    return hops


def _cap(program: Program, snapshot: Snapshot, hops: list[_Hop]) -> None:
    """Add a row for each bridge and direction: all that is sent over it, whenever, finds its cash at the far end."""
    ways = {(hop.port.id, hop.port.chain): hop.port for hop in hops}
    for (name, chain), port in ways.items():
        same = [hop.cash for hop in hops if (hop.port.id, hop.port.chain) == (name, chain)]
        if len(same) > 1:
            program.row(
                dict.fromkeys(same, 1.0), high=snapshot.bridge_liquidity(port) / USDC_UNIT * (1 - KEPT_PPM / 1e6)
            )


def _instants(graph: LiquidityGraph, schedule: Schedule) -> dict[str, set[int]]:
    """Return the instants of each chain: now, and whenever something can have arrived there before the deadline."""
    instants = {view.chain: {0} for view in graph.snapshot.chains}
    for _ in range(MOST_HOPS - 1):
        grown = {chain: set(known) for chain, known in instants.items()}
        for view in graph.snapshot.chains:
            for port in view.bridges:
                reached = {at + _lasts(schedule, port) for at in instants[view.chain]}
                grown[port.peer] |= {at for at in reached if at <= latest_ms(schedule, port.peer)}
        instants = grown
    return instants


def _at_hand(schedule: Schedule, chain: str) -> float:
    return max(schedule.cash.get(chain, 0), 0) / USDC_UNIT * (1 - KEPT_PPM / 1e6)


def _most(snapshot: Snapshot, port: BridgePort) -> float:
    return snapshot.bridge_liquidity(port) / USDC_UNIT * (1 - KEPT_PPM / 1e6)


def _lasts(schedule: Schedule, port: BridgePort) -> int:
    """Return how long a transfer takes at the 99th percentile, from its sending to its arrival."""
    return schedule.inclusion(port.chain) + max(port.delay_ms, port.p99_ms)


def _transfer(snapshot: Snapshot, hop: _Hop, cash: int) -> Transfer:
    return Transfer(
        bridge=hop.port.id,
        source=hop.port.chain,
        target=hop.port.peer,
        cash=cash,
        fee=hop.port.fee(cash),
        gas=snapshot.gas_cash(hop.port.chain, hop.port.gas),
        departs_ms=hop.departs_ms,
        arrives_ms=hop.arrives_ms,
    )


def _port(snapshot: Snapshot, each: Transfer) -> BridgePort | None:
    ports = snapshot.by_chain[each.source].bridges if each.source in snapshot.by_chain else ()
    return next((port for port in ports if port.id == each.bridge and port.peer == each.target), None)


def _over_cap(snapshot: Snapshot, transfers: tuple[Transfer, ...]) -> str | None:
    sent: dict[tuple[str, str, str], int] = {}
    for each in transfers:
        way = (each.bridge, each.source, each.target)
        sent[way] = sent.get(way, 0) + each.cash - each.fee
    for (name, source, target), cash in sent.items():
        ports = (port for port in snapshot.by_chain[source].bridges if port.id == name and port.peer == target)
        if cash > sum(snapshot.bridge_liquidity(port) for port in ports):
            return f"{name} from {source} carries {cash}, which is more than lies at its other end"
    return None
