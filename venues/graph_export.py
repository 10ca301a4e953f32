"""The liquidity graph for other programs: JSON and GraphML, with what each edge could trade at that instant."""

import json
from typing import Any, Literal

import networkx as nx

from intents.assets import OPTION_UNIT, USDC_UNIT
from venues.graph import Edge, LiquidityGraph, Node

Format = Literal["json", "graphml"]


def described(graph: LiquidityGraph) -> "nx.MultiDiGraph[str]":
    """Return the graph with text as nodes and plain numbers on its edges.

    Nodes are `instrument@chain`. Trade edges carry `depth` (options or ether they can trade) and `price` (dollars for
    one, of the first stretch; absent where the venue quotes nothing), bridge edges `depth` in dollars.
    """
    plain: nx.MultiDiGraph[str] = nx.MultiDiGraph(time_ms=graph.snapshot.time_ms)
    for node in graph.nx.nodes:
        plain.add_node(_name(node), instrument=node[0], chain=node[1])
    for source, target, key, data in graph.nx.edges(keys=True, data=True):
        facts: dict[str, Any] = dict(data)
        edge = Edge(source, target, key, data["kind"], data["gas"])
        facts |= _trade(graph, edge) if edge.kind == "trade" else _transfer(graph, edge)
        plain.add_edge(_name(source), _name(target), key=key, **facts)
    return plain


def exported(graph: LiquidityGraph, form: Format) -> str:
    """Return the graph as text: node-link JSON, or GraphML."""
    plain = described(graph)
    if form == "json":
        return json.dumps(nx.node_link_data(plain, edges="edges"), indent=1, sort_keys=True) + "\n"
    return "\n".join(nx.generate_graphml(plain)) + "\n"


def _name(node: Node) -> str:
    return "@".join(node)


def _trade(graph: LiquidityGraph, edge: Edge) -> dict[str, Any]:
    ladder = graph.ladder(edge)
    facts: dict[str, Any] = {"side": edge.side, "depth": sum(step.quantity for step in ladder) / OPTION_UNIT}
    if ladder:
        first = ladder[0]
        facts["price"] = first.cash / USDC_UNIT / (first.quantity / OPTION_UNIT)
    return facts


def _transfer(graph: LiquidityGraph, edge: Edge) -> dict[str, Any]:
    here = graph.snapshot.by_chain[edge.source[1]]
    port = next(port for port in here.bridges if port.id == edge.key)
    return {"depth": graph.snapshot.bridge_liquidity(port) / USDC_UNIT}
