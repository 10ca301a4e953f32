"""The liquidity graph: which instrument can be turned into which, where, and on what terms.

Nodes are `(instrument, chain)`, with `USDC` as cash. Every venue adds an edge for each direction it trades in, every
bridge one for each direction it carries; the key of an edge is the name of the venue or bridge.

From block to block little changes. A graph that is `updated` takes over what still holds: the graph of networkx where
no edge came, went or costs other gas, and the ladders of venues that are the same objects and see nothing new.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import networkx as nx

from intents.assets import USDC
from venues.graph_changes import changed_venues
from venues.markets.kinds import AnyVenue, what_moves_ladder
from venues.markets.lots import lots_of
from venues.markets.structure import is_structure
from venues.markets.venue import Side, Step
from venues.snapshot import Snapshot

Node = tuple[str, str]
"""Instrument and CAIP-2 chain id."""

MOST_LATER: Final = 1000
"""Changed venues that are kept beside the others; beyond it all are put into one mapping again."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One direction of one venue or bridge."""

    source: Node
    target: Node
    key: str
    kind: Literal["trade", "bridge"]
    gas: int

    @property
    def side(self) -> Side:
        """Direction of a trade, from the taker's view."""
        return "buy" if self.source[0] == USDC else "sell"

    @property
    def instrument(self) -> str:
        """What a trade buys or sells."""
        return self.target[0] if self.source[0] == USDC else self.source[0]


@dataclass(frozen=True, slots=True)
class _Ladder:
    """A ladder, and all that it was worked out from."""

    steps: tuple[Step, ...]
    venue: AnyVenue
    seen: tuple[int, ...]


class LiquidityGraph:
    """The graph of one snapshot; immutable."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._ladders: dict[tuple[str, str, Side], tuple[Step, ...]] = {}
        # Shared by all graphs of a line of updates. Whoever reads one checks that it holds here.
        self._known: dict[tuple[str, str, Side], _Ladder] = {}
        # Venues of the last graph that was made anew, and those that changed since.
        self._base: Mapping[str, AnyVenue] | None = None
        self._later: Mapping[str, AnyVenue] = {}

    def updated(self, snapshot: Snapshot) -> "LiquidityGraph":
        """Return the graph of a later snapshot: equal to a new one, but sharing with this one what did not change."""
        after = LiquidityGraph(snapshot)
        after._known = self._known
        changed = changed_venues(self.snapshot, snapshot)
        if changed is not None:
            after.__dict__["nx"] = self.nx
            later = {**self._later, **{venue.id: venue for venue in changed}}
            if len(later) <= MOST_LATER:
                after._base, after._later = self._venues, later
        return after

    @property
    def _venues(self) -> Mapping[str, AnyVenue]:
        return self.snapshot.by_venue if self._base is None else self._base

    def _venue(self, name: str) -> AnyVenue:
        return self._later.get(name) or self._venues[name]

    @cached_property
    def nx(self) -> "nx.MultiDiGraph[Node]":
        """The graph as networkx knows it, frozen. Edges carry `kind`, `gas`, and what they lead through."""
        graph: nx.MultiDiGraph[Node] = nx.MultiDiGraph()
        for view in self.snapshot.chains:
            cash = (USDC, view.chain)
            graph.add_node(cash)
            for venue in view.venues:
                for instrument in venue.instruments():
                    node = (instrument, view.chain)
                    graph.add_edge(cash, node, key=venue.id, kind="trade", gas=venue.gas, venue_kind=venue.kind)
                    graph.add_edge(node, cash, key=venue.id, kind="trade", gas=venue.gas, venue_kind=venue.kind)
            for port in view.bridges:
                far, way = (USDC, port.peer), {"bridge_kind": port.kind, "halted": port.halted}
                graph.add_edge(cash, far, key=port.id, kind="bridge", gas=port.gas, venue_kind="bridge", **way)
        nx.freeze(graph)
        return graph

    def trades(self, instrument: str, side: Side, chain: str) -> Iterator[Edge]:
        """Yield the edges that buy or sell an instrument on a chain, in order of venue."""
        cash, node = (USDC, chain), (instrument, chain)
        source, target = (cash, node) if side == "buy" else (node, cash)
        if not self.nx.has_edge(source, target):
            return
        for key in sorted(self.nx[source][target]):
            yield Edge(source, target, key, "trade", self.nx[source][target][key]["gas"])

    def instruments(self, chain: str) -> tuple[str, ...]:
        """Return what is traded on a chain by itself, in order of name."""
        return tuple(name for name in self._listed(chain) if not is_structure(name))

    def structures(self, chain: str) -> tuple[str, ...]:
        """Return the structures of several legs that are traded as one on a chain, in order of name."""
        return tuple(name for name in self._listed(chain) if is_structure(name))

    def _listed(self, chain: str) -> list[str]:
        return sorted(name for name, where in self.nx.nodes if where == chain and name != USDC)

    def lots(self, edge: Edge) -> tuple[Step, ...]:
        """Return the offers of a trade edge that are taken whole or not at all."""
        venue = self._venue(edge.key)
        return lots_of(venue, edge.instrument, edge.side, self.snapshot.market(venue.chain))

    def chains_from(self, home: str) -> tuple[str, ...]:
        """Return the chains that cash on `home` reaches over bridges, `home` first."""
        away = (chain for chain in self.snapshot.by_chain if chain != home and self.snapshot.bridge(home, chain))
        return (home, *away)

    def ladder(self, edge: Edge) -> tuple[Step, ...]:
        """Return the cost curve of a trade edge; worked out once."""
        key = (edge.key, edge.instrument, edge.side)
        if key not in self._ladders:
            venue = self._venue(edge.key)
            market = self.snapshot.market(venue.chain)
            seen = what_moves_ladder(venue, edge.instrument, market)
            known = self._known.get(key)
            if known is None or known.venue is not venue or known.seen != seen:
                known = _Ladder(venue.ladder(edge.instrument, edge.side, market), venue, seen)
                self._known[key] = known
            self._ladders[key] = known.steps
        return self._ladders[key]
