import networkx as nx
import pytest

from intents.assets import USDC
from venues.graph import LiquidityGraph
from venues.graph_generator import GraphSize, generated_snapshot, next_block
from venues.snapshot import decode, encode

SMALL = GraphSize(venues=30, chains=4)


@pytest.mark.parametrize(("venues", "chains"), [(10, 1), (10, 3), (1_000, 60)])
def test_there_are_as_many_venues_and_chains_as_asked_for(venues: int, chains: int) -> None:
    found = generated_snapshot(GraphSize(venues=venues, chains=chains), 1)

    assert (len(found.by_venue), len(found.by_chain)) == (venues, chains)


def test_equal_seeds_give_equal_worlds_and_others_do_not() -> None:
    one, again, other = (generated_snapshot(SMALL, seed) for seed in (1, 1, 2))

    assert one == again
    assert one.hash != other.hash


def test_a_larger_world_over_the_same_chains_holds_the_smaller_one() -> None:
    small, large = (generated_snapshot(GraphSize(venues=count, chains=4), 1).by_venue for count in (30, 90))

    assert {name: large[name] for name in small} == small


@pytest.mark.parametrize("chains", [1, 2, 3, 7, 40])
def test_cash_reaches_every_chain_over_bridges(chains: int) -> None:
    graph = LiquidityGraph(generated_snapshot(GraphSize(venues=chains, chains=chains), 1)).nx
    cash = graph.subgraph([node for node in graph.nodes if node[0] == USDC])

    assert nx.is_strongly_connected(cash)


def test_both_ends_of_a_bridge_know_each_other() -> None:
    snapshot = generated_snapshot(GraphSize(venues=10, chains=9), 1)

    for view in snapshot.chains:
        for port in view.bridges:
            assert port.chain == view.chain != port.peer
            assert view.chain in [back.peer for back in snapshot.by_chain[port.peer].bridges if back.id == port.id]


def test_every_venue_trades_in_both_directions() -> None:
    graph = LiquidityGraph(generated_snapshot(SMALL, 1))

    for view in graph.snapshot.chains:
        for instrument in graph.instruments(view.chain):
            buys, sells = (list(graph.trades(instrument, side, view.chain)) for side in ("buy", "sell"))
            assert [edge.key for edge in buys] == [edge.key for edge in sells]
            assert all(graph.ladder(edge) for edge in (*buys, *sells))


def test_books_are_not_crossed() -> None:
    snapshot = generated_snapshot(GraphSize(venues=100, chains=2), 1)
    found = [book for venue in snapshot.by_venue.values() for book in getattr(venue, "books", {}).values()]

    assert found
    assert all(book.bids[0].price < book.asks[0].price for book in found)
    assert all(book.bids[-1].price > 0 for book in found)


def test_a_made_up_snapshot_survives_the_wire() -> None:
    snapshot = generated_snapshot(SMALL, 1)

    assert decode(encode(snapshot)) == snapshot


def test_a_block_changes_as_many_venues_as_asked_for_and_keeps_the_others() -> None:
    before = generated_snapshot(SMALL, 1)

    after, again, other = (next_block(before, 7, 1, number) for number in (1, 1, 2))

    changed = [name for name, venue in after.by_venue.items() if before.by_venue[name] is not venue]
    assert len(changed) == 7
    assert all(before.by_venue[name] != after.by_venue[name] for name in changed)
    assert after.time_ms > before.time_ms
    assert after == again != other


@pytest.mark.parametrize(("venues", "chains"), [(0, 1), (1, 0)])
def test_nothing_makes_no_graph(venues: int, chains: int) -> None:
    with pytest.raises(ValueError, match="make no graph"):
        GraphSize(venues=venues, chains=chains)
