from dataclasses import replace

import networkx as nx
import pytest

from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC
from tests.venues.calls.stage import dollars
from tests.venues.small_world import L1, L2, PUT, START_MS, SYMBOLS, amm, book, chain_state, pool
from venues.graph import Edge, LiquidityGraph
from venues.markets.clob import Quote, requote
from venues.markets.venue import Side
from venues.snapshot import Snapshot, view_chain

QUOTES = {PUT: ((Quote(dollars(4), 20 * OPTION_UNIT),), (Quote(dollars(5), 20 * OPTION_UNIT),))}
FAR = "eip155:10"
CASH_1, CASH_2 = (USDC, L1), (USDC, L2)


def _graph() -> LiquidityGraph:
    """Return a mined chain with a pool, and a rollup with a book, an option market maker and a pool."""
    mined = chain_state(L1, replace(pool(L1), id="pool.1"))
    rollup = chain_state(L2, requote(book(), "maker", QUOTES), amm(), pool())
    views = (view_chain(mined, 1, ()), view_chain(rollup, 1, ()))
    return LiquidityGraph(Snapshot(time_ms=START_MS, ether_price=140 * PRICE_UNIT, chains=views))


def test_nodes_are_what_is_traded_on_each_chain_and_its_cash() -> None:
    here = {(name, L2) for name in (USDC, ETH, *SYMBOLS)}

    assert set(_graph().nx.nodes) == here | {CASH_1, (ETH, L1)}


def test_a_chain_without_venues_still_has_cash() -> None:
    view = view_chain(replace(chain_state(L1), bridges=chain_state(L1).bridges.delete("bridge")), 1, ())

    graph = LiquidityGraph(Snapshot(time_ms=0, ether_price=0, chains=(view,)))

    assert set(graph.nx.nodes) == {CASH_1}


def test_every_venue_is_an_edge_in_each_direction_it_trades_in() -> None:
    graph = _graph().nx

    for symbol in SYMBOLS:
        assert set(graph[CASH_2][symbol, L2]) == set(graph[symbol, L2][CASH_2]) == {"amm", "book"}
    assert set(graph[CASH_2][ETH, L2]) == set(graph[ETH, L2][CASH_2]) == {"pool"}
    assert set(graph[CASH_1][ETH, L1]) == {"pool.1"}


def test_a_bridge_is_an_edge_in_each_direction_between_cash() -> None:
    graph = _graph().nx

    assert set(graph[CASH_1][CASH_2]) == set(graph[CASH_2][CASH_1]) == {"bridge"}
    assert graph[CASH_1][CASH_2]["bridge"]["kind"] == "bridge"


def test_there_are_no_other_edges() -> None:
    graph = _graph().nx

    assert graph.number_of_edges() == 2 * (2 * len(SYMBOLS) + 2 + 1)


def test_edges_carry_what_they_lead_through_and_its_gas() -> None:
    graph = _graph()

    for source, target, key, data in graph.nx.edges(keys=True, data=True):
        if data["kind"] == "trade":
            venue = graph.snapshot.by_venue[key]
            assert (data["gas"], data["venue_kind"]) == (venue.gas, venue.kind)
            assert venue.chain == source[1] == target[1]
        else:
            port = graph.snapshot.bridge(source[1], target[1])
            assert port is not None
            assert (key, data["gas"], data["venue_kind"]) == (port.id, port.gas, "bridge")


def test_the_graph_cannot_be_changed() -> None:
    graph = _graph().nx

    with pytest.raises(nx.NetworkXError, match="Frozen"):
        graph.add_edge(CASH_1, (ETH, L2))
    with pytest.raises(nx.NetworkXError, match="Frozen"):
        graph.remove_node(CASH_1)


@pytest.mark.parametrize(("side", "source"), [("buy", CASH_2), ("sell", (PUT, L2))])
def test_trades_of_an_instrument_come_in_the_order_of_their_venues(side: Side, source: tuple[str, str]) -> None:
    edges = list(_graph().trades(PUT, side, L2))

    assert [edge.key for edge in edges] == ["amm", "book"]
    assert {(edge.source, edge.side, edge.instrument, edge.kind) for edge in edges} == {(source, side, PUT, "trade")}


@pytest.mark.parametrize(("instrument", "chain"), [(PUT, L1), ("ETH-1JAN21-5-C", L2), (ETH, FAR)])
def test_what_is_not_traded_on_a_chain_has_no_trades(instrument: str, chain: str) -> None:
    assert list(_graph().trades(instrument, "buy", chain)) == []


def test_instruments_of_a_chain_are_in_order_and_without_cash() -> None:
    graph = _graph()

    assert graph.instruments(L2) == tuple(sorted([ETH, *SYMBOLS]))
    assert graph.instruments(L1) == (ETH,)
    assert graph.instruments(FAR) == ()


def test_cash_reaches_its_own_chain_first_and_then_those_with_a_bridge() -> None:
    lonely = replace(chain_state(L2), chain=FAR)
    views = tuple(view_chain(state, 1, ()) for state in (lonely, chain_state(L1), chain_state(L2)))
    graph = LiquidityGraph(Snapshot(time_ms=0, ether_price=0, chains=views))

    assert graph.chains_from(L1) == (L1, L2)
    assert graph.chains_from(L2) == (L2, L1)


def test_a_bridge_leads_only_where_its_own_end_says() -> None:
    """The far chain has an end that leads to L1; nobody else's leads to it."""
    far = replace(chain_state(L2), chain=FAR)
    views = tuple(view_chain(state, 1, ()) for state in (chain_state(L1), far))
    graph = LiquidityGraph(Snapshot(time_ms=0, ether_price=0, chains=views))

    assert graph.chains_from(FAR) == (FAR, L1)
    assert graph.chains_from(L1) == (L1,)


@pytest.mark.parametrize("key", ["amm", "book"])
@pytest.mark.parametrize("side", ["buy", "sell"])
def test_a_ladder_is_that_of_its_venue(key: str, side: Side) -> None:
    graph = _graph()
    (edge,) = (edge for edge in graph.trades(PUT, side, L2) if edge.key == key)

    ladder = graph.ladder(edge)

    assert ladder == graph.snapshot.by_venue[key].ladder(PUT, side, graph.snapshot.market(L2))
    assert ladder != ()


def test_a_ladder_is_worked_out_once_for_each_venue_instrument_and_side() -> None:
    graph = _graph()
    buys, sells = (list(graph.trades(PUT, side, L2)) for side in ("buy", "sell"))

    first = [graph.ladder(edge) for edge in (*buys, *sells)]
    again = [graph.ladder(Edge(e.source, e.target, e.key, e.kind, e.gas)) for e in (*buys, *sells)]

    assert [id(ladder) for ladder in again] == [id(ladder) for ladder in first]
    assert len({id(ladder) for ladder in first}) == 4


def test_sides_and_instruments_are_told_apart() -> None:
    edges = {
        "buy": Edge(CASH_2, (PUT, L2), "book", "trade", 1),
        "sell": Edge((PUT, L2), CASH_2, "book", "trade", 1),
    }

    assert {edge.side: edge.instrument for edge in edges.values()} == {"buy": PUT, "sell": PUT}
    assert [edge.side for edge in edges.values()] == list(edges)
