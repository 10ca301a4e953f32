from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.assets import ETH, PRICE_UNIT, USDC
from tests.venues.markets import stages
from tests.venues.markets.random_venues import OTHER, SYMBOL, amm, pool
from venues.graph import Edge, LiquidityGraph
from venues.graph_generator import GraphSize, generated_snapshot, next_block
from venues.markets.kinds import AnyVenue, what_moves_ladder
from venues.markets.venue import Market, Side
from venues.snapshot import Snapshot

SIZE = GraphSize(venues=24, chains=3)
FIRST = generated_snapshot(SIZE, 1)
SIDES: tuple[Side, Side] = ("buy", "sell")
VENUES: tuple[AnyVenue, ...] = (
    pool(),
    amm(),
    stages.ladder_book(),
    stages.concentrated(),
    stages.weighted(),
    stages.stable(),
    stages.ticks(),
    stages.hybrid(),
)


def edges(graph: LiquidityGraph) -> list[Edge]:
    found = []
    for view in graph.snapshot.chains:
        for instrument in graph.instruments(view.chain):
            for side in SIDES:
                found += graph.trades(instrument, side, view.chain)
    return found


def everything(graph: LiquidityGraph) -> tuple[object, ...]:
    """Return nodes and edges in their order, and all ladders."""
    ladders = [graph.ladder(edge) for edge in edges(graph)]
    return list(graph.nx.nodes), list(graph.nx.edges(keys=True, data=True)), ladders


def worked_out(snapshot: Snapshot) -> LiquidityGraph:
    graph = LiquidityGraph(snapshot)
    everything(graph)
    return graph


def without_the_first_venue(snapshot: Snapshot) -> Snapshot:
    view = snapshot.chains[0]
    return replace(snapshot, chains=(replace(view, venues=view.venues[1:]), *snapshot.chains[1:]))


def with_dearer_gas(snapshot: Snapshot) -> Snapshot:
    view = snapshot.chains[0]
    dearer = replace(view.venues[0], gas=view.venues[0].gas + 1)
    return replace(snapshot, chains=(replace(view, venues=(dearer, *view.venues[1:])), *snapshot.chains[1:]))


def without_bridges(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, chains=tuple(replace(view, bridges=()) for view in snapshot.chains))


def with_the_last_chain_alone(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, chains=(replace(snapshot.chains[-1], bridges=()),))


def with_another_oracle_answer(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, chains=tuple(replace(view, spot=90 * PRICE_UNIT) for view in snapshot.chains))


def after_every_expiry(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, time_ms=2_000_000_000_000)


CHANGES = (
    without_the_first_venue,
    with_dearer_gas,
    without_bridges,
    with_the_last_chain_alone,
    with_another_oracle_answer,
    after_every_expiry,
    lambda snapshot: next_block(snapshot, 2, 1, 0),
    lambda snapshot: next_block(snapshot, len(snapshot.by_venue), 1, 1),
    lambda snapshot: next_block(without_the_first_venue(snapshot), 2, 1, 2),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(CHANGES), max_size=4))
def test_an_updated_graph_is_the_one_made_anew(changes: list[Callable[[Snapshot], Snapshot]]) -> None:
    snapshot, graph = FIRST, worked_out(FIRST)

    for change in changes:
        snapshot = change(snapshot)
        graph = graph.updated(snapshot)
        assert graph.snapshot is snapshot
        assert everything(graph) == everything(LiquidityGraph(snapshot))


def test_an_earlier_graph_still_answers_for_its_own_snapshot() -> None:
    first = LiquidityGraph(FIRST)
    first.nx  # noqa: B018  so that there is something to share
    second = first.updated(next_block(FIRST, 24, 1, 0))

    later = everything(second)

    assert everything(first) == everything(LiquidityGraph(FIRST))
    assert everything(first)[2] != later[2]


def test_networkx_keeps_its_graph_while_the_edges_are_the_same() -> None:
    graph = worked_out(FIRST)

    assert graph.updated(next_block(FIRST, 10, 1, 0)).nx is graph.nx
    assert graph.updated(without_the_first_venue(FIRST)).nx is not graph.nx
    assert graph.updated(with_dearer_gas(FIRST)).nx is not graph.nx


def test_only_the_ladders_of_venues_that_changed_are_worked_out_again() -> None:
    graph = worked_out(FIRST)
    after = next_block(FIRST, 3, 1, 0)

    updated = graph.updated(after)

    for edge in edges(updated):
        shares = updated.ladder(edge) is graph.ladder(edge)
        assert shares == (after.by_venue[edge.key] is FIRST.by_venue[edge.key])


@settings(deadline=None)
@given(st.integers(1, 10_000), st.integers(0, 10**8), st.integers(1, 10_000), st.integers(0, 10**8))
@pytest.mark.parametrize("venue", VENUES, ids=lambda venue: venue.kind)
def test_while_what_moves_a_ladder_is_the_same_so_is_the_ladder(
    venue: AnyVenue, spot: int, early_s: int, other_spot: int, late_s: int
) -> None:
    """Times reach past the expiry of the options, spots from next to nothing to a hundred times what it is."""
    start = 1_584_014_400_000
    one = Market(now_ms=start + early_s * 1000, spot=spot * PRICE_UNIT)
    other = Market(now_ms=start + late_s * 1000, spot=other_spot * PRICE_UNIT)
    for instrument in set(venue.instruments()) & {ETH, SYMBOL, OTHER}:
        for near in (one, replace(one, now_ms=other.now_ms), other):
            if what_moves_ladder(venue, instrument, one) == what_moves_ladder(venue, instrument, near):
                for side in SIDES:
                    assert venue.ladder(instrument, side, one) == venue.ladder(instrument, side, near)


def test_a_bridge_that_only_lost_liquidity_changes_no_edge() -> None:
    graph = worked_out(FIRST)
    view = FIRST.chains[0]
    drained = tuple(replace(port, liquidity=0) for port in view.bridges)

    after = replace(FIRST, chains=(replace(view, bridges=drained), *FIRST.chains[1:]))

    assert graph.updated(after).nx is graph.nx


def test_cash_is_a_node_of_every_chain_after_an_update() -> None:
    updated = worked_out(FIRST).updated(next_block(FIRST, 1, 1, 0))

    assert {chain for name, chain in updated.nx.nodes if name == USDC} == set(FIRST.by_chain)
