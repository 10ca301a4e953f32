"""The liquidity graph: which instrument can be turned into which, where, and on what terms.

Nodes are `(instrument, chain)`, with `USDC` as cash. Every venue adds an edge for each direction it trades in, every
bridge one for each direction it carries; the key of an edge is the name of the venue or bridge.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import networkx as nx

from intents.assets import USDC
from venues.markets.venue import Side, Step
from venues.snapshot import Snapshot

Node = tuple[str, str]
"""Instrument and CAIP-2 chain id."""


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


class LiquidityGraph:
    """The graph of one snapshot; immutable."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._ladders: dict[tuple[str, str, Side], tuple[Step, ...]] = {}

    @cached_property
    def nx(self) -> "nx.MultiDiGraph[Node]":
        """The graph as networkx knows it, frozen. Edges carry `kind`, `gas`, and what they lead through."""
        graph: nx.MultiDiGraph[Node] = nx.MultiDiGraph(time_ms=self.snapshot.time_ms)
        for view in self.snapshot.chains:
            cash = (USDC, view.chain)
            graph.add_node(cash)
            for venue in view.venues:
                for instrument in venue.instruments():
                    node = (instrument, view.chain)
                    graph.add_edge(cash, node, key=venue.id, kind="trade", gas=venue.gas, venue_kind=venue.kind)
                    graph.add_edge(node, cash, key=venue.id, kind="trade", gas=venue.gas, venue_kind=venue.kind)
            for port in view.bridges:
                graph.add_edge(cash, (USDC, port.peer), key=port.id, kind="bridge", gas=port.gas, venue_kind="bridge")
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
        """Return what is traded on a chain, in order of name."""
        return tuple(sorted(name for name, where in self.nx.nodes if where == chain and name != USDC))

    def chains_from(self, home: str) -> tuple[str, ...]:
        """Return the chains that cash on `home` reaches over bridges, `home` first."""
        away = (chain for chain in self.snapshot.by_chain if chain != home and self.snapshot.bridge(home, chain))
        return (home, *away)

    def ladder(self, edge: Edge) -> tuple[Step, ...]:
        """Return the cost curve of a trade edge; worked out once."""
        key = (edge.key, edge.instrument, edge.side)
        if key not in self._ladders:
            venue = self.snapshot.by_venue[edge.key]
            self._ladders[key] = venue.ladder(edge.instrument, edge.side, self.snapshot.market(venue.chain))
        return self._ladders[key]
