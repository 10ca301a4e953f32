import pytest

from intents import builders
from intents.assets import OPTION_UNIT
from intents.intent import LOT
from intents.lifecycle import Cause
from intents.wants import Leg, Package, Payoff
from solvers.routing.desk import Desk
from solvers.routing.least_cost import least_cost
from solvers.routing.problem import Job, NoRoute, Route
from solvers.routing.program import Program
from solvers.routing.router import route
from tests.solvers.routing.audit import assert_sound
from tests.solvers.small_market import (
    AWAY,
    EXPIRY,
    HOME,
    ISLAND,
    NOW_MS,
    SPOT,
    amm,
    book,
    bridge,
    dollars,
    job,
    market,
    options,
    pool,
    quoted_book,
    snapshot,
    view,
)
from venues.graph import LiquidityGraph
from venues.markets.venue import Side
from venues.snapshot import Snapshot

WHOLE = ("auto", "exact", "greedy", "path")
PUT = builders.option(EXPIRY, 120, "P")
LONG_PUT = builders.single(PUT)


def answer(snap: Snapshot, wish: Job, engine: str = "exact") -> Route | NoRoute:
    return route(LiquidityGraph(snap), wish, engine)  # type: ignore[arg-type]


def routed(snap: Snapshot, wish: Job, engine: str = "exact") -> Route:
    found = answer(snap, wish, engine)
    assert isinstance(found, Route), found
    assert_sound(snap, found)
    return found


def refused(snap: Snapshot, wish: Job, engine: str = "exact") -> NoRoute:
    found = answer(snap, wish, engine)
    assert isinstance(found, NoRoute), found
    return found


def places(found: Route) -> set[str]:
    return {order.venue for part in found.parcels for order in part.orders}


def ladder_market(*, gas_gwei: float) -> Snapshot:
    """Return a chain where five books sell the same put, each dearer than the one before and half an option deep."""
    books = [book(f"book.{i}", HOME, {PUT: ((), ((5.0 + i, 0.5), (15.0, 10.0)))}) for i in range(5)]
    return snapshot(view(HOME, books, gas_gwei=gas_gwei))


def test_dearer_gas_moves_flow_to_fewer_venues_and_at_last_to_none() -> None:
    wish = job(LONG_PUT, 2.5, 60.0)
    counts = [len(places(routed(ladder_market(gas_gwei=gwei), wish))) for gwei in (0.0, 200.0, 900.0)]
    none = refused(ladder_market(gas_gwei=5000.0), wish)

    assert counts[0] == 5
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] == 1
    assert none.cause is Cause.UNECONOMIC


def test_a_limit_below_any_price_is_not_blamed_on_gas() -> None:
    found = refused(ladder_market(gas_gwei=0.0), job(LONG_PUT, 2.5, 4.0))

    assert found.cause is Cause.NO_SOLUTION
    assert found.unit_cost is not None
    assert found.unit_cost > dollars(5)


def test_a_bridge_fee_above_the_better_price_keeps_an_intent_at_home() -> None:
    def two_books(fee_ppm: int) -> Snapshot:
        first, second = bridge(fee_ppm=fee_ppm, fixed_fee=0.0)
        home = view(HOME, [book("book.home", HOME, {PUT: ((), ((6.0, 50.0),))})], [first], gas_gwei=0.0)
        away = view(AWAY, [book("book.away", AWAY, {PUT: ((), ((5.5, 50.0),))})], [second], gas_gwei=0.0)
        return snapshot(home, away)

    wish = job(LONG_PUT, 10, 9.0)

    assert places(routed(two_books(1_000), wish)) == {"book.away"}
    assert places(routed(two_books(200_000), wish)) == {"book.home"}


def test_the_home_of_an_intent_decides_where_it_is_filled_cheapest() -> None:
    first, second = bridge(fee_ppm=0, fixed_fee=30.0)
    there = {PUT: ((), ((6.0, 50.0),))}
    home = view(HOME, [book("book.home", HOME, there)], [first], gas_gwei=0.0)
    away = view(AWAY, [book("book.away", AWAY, there)], [second], gas_gwei=0.0)
    snap = snapshot(home, away)

    assert places(routed(snap, job(LONG_PUT, 10, 12.0, home=HOME))) == {"book.home"}
    assert places(routed(snap, job(LONG_PUT, 10, 12.0, home=AWAY))) == {"book.away"}


def test_a_large_intent_is_delivered_on_both_chains() -> None:
    found = routed(market(home_gwei=0.0, away_gwei=0.0, fixed_fee=0.0), job(LONG_PUT, 120, 60.0))

    assert {part.chain for part in found.parcels} == {HOME, AWAY}
    assert found.quantity == options(120)


def test_an_all_or_none_intent_is_never_split_over_chains() -> None:
    snap = market(home_gwei=0.0, away_gwei=0.0, fixed_fee=0.0)
    found = routed(snap, job(LONG_PUT, 100, 60.0, fill="all_or_none"))

    assert [part.quantity for part in found.parcels] == [options(100)]


@pytest.mark.parametrize("engine", WHOLE)
def test_only_the_allowed_chains_and_venues_are_used(engine: str) -> None:
    wish = job(LONG_PUT, 5, 60.0, chains=(AWAY,), venues=("book.away", "amm.home"))
    found = routed(market(), wish, engine)

    assert {part.chain for part in found.parcels} == {AWAY}
    assert places(found) == {"book.away"}


@pytest.mark.parametrize("engine", WHOLE)
def test_a_chain_that_no_bridge_reaches_is_out_of_reach(engine: str) -> None:
    snap = snapshot(view(HOME, gas_gwei=1.0), view(ISLAND, [amm("amm.island", ISLAND)], gas_gwei=1.0))

    assert refused(snap, job(LONG_PUT, 1, 60.0), engine).cause is Cause.NO_LIQUIDITY


@pytest.mark.parametrize("engine", WHOLE)
def test_an_intent_that_forbids_its_home_needs_a_bridge(engine: str) -> None:
    snap = snapshot(view(HOME, [amm("amm.home", HOME)]), view(ISLAND, [amm("amm.island", ISLAND)]))

    assert refused(snap, job(LONG_PUT, 1, 60.0, chains=(ISLAND,)), engine).cause is Cause.NO_LIQUIDITY


@pytest.mark.parametrize("engine", WHOLE)
@pytest.mark.parametrize(
    "venues",
    [
        pytest.param([], id="nothing"),
        pytest.param([book("book", HOME, {PUT: ((), ())})], id="an empty book"),
        pytest.param([book("book", HOME, {PUT: (((5.0, 9.0),), ())})], id="a book without offers"),
        pytest.param([amm("amm", HOME, strikes=())], id="a board without strikes"),
        pytest.param([amm("amm", HOME, expiries=())], id="no board"),
        pytest.param([pool("pool", HOME)], id="ether alone"),
        pytest.param([book("book", HOME, {PUT: ((), ((5.0, 0.99),))})], id="a book too thin"),
    ],
)
def test_a_market_without_the_leg_has_no_route(engine: str, venues: list[object]) -> None:
    snap = snapshot(view(HOME, venues))  # type: ignore[arg-type]

    assert refused(snap, job(LONG_PUT, 1, 60.0, fill="all_or_none"), engine).cause is Cause.NO_LIQUIDITY


@pytest.mark.parametrize("engine", WHOLE)
def test_a_maker_without_an_oracle_price_gives_no_route(engine: str) -> None:
    snap = snapshot(view(HOME, [amm("amm", HOME)], spot=0.0), spot=0.0)

    assert refused(snap, job(LONG_PUT, 1, 60.0), engine).cause is Cause.NO_LIQUIDITY


@pytest.mark.parametrize("engine", WHOLE)
@pytest.mark.parametrize("want", [LONG_PUT, builders.hedge(EXPIRY, 120)])
def test_a_series_that_has_expired_is_not_routed_even_where_old_offers_stand(
    engine: str, want: Package | Payoff
) -> None:
    after = NOW_MS + 30 * 86_400_000
    snap = snapshot(view(HOME, [quoted_book("book", HOME), amm("amm", HOME)], gas_gwei=0.0), now_ms=after)

    assert refused(snap, job(want, 1, 60.0), engine).cause is Cause.NO_LIQUIDITY


def test_greedy_answers_where_the_optimiser_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    wish = job(LONG_PUT, 150, 60.0, chains=(AWAY,))
    greedy = routed(market(), wish, "greedy")
    monkeypatch.setattr(Program, "solve", lambda *_, **__: None)

    found = routed(market(), wish)

    assert found.engine == "greedy"
    assert found.parcels == greedy.parcels
    assert found.gap is None


def test_the_exact_engine_splits_what_a_single_path_cannot_take() -> None:
    wish = job(LONG_PUT, 150, 60.0, chains=(AWAY,))
    found = routed(market(home_gwei=0.0), wish)

    assert isinstance(answer(market(home_gwei=0.0), wish, "path"), NoRoute)
    assert places(found) == {"amm.away", "book.away"}
    assert found.quantity >= options(100)


def test_an_exact_route_comes_with_its_proven_gap() -> None:
    found = routed(market(), job(LONG_PUT, 30, 60.0))

    assert found.engine == "exact"
    assert found.gap is not None
    assert 0 <= found.gap <= 1e-6


def test_the_floor_is_cheaper_by_the_program_than_by_hand() -> None:
    """A desk moves the put up to the next listed strike; the program mixes the strikes on either side."""
    wish = job(builders.hedge(EXPIRY, 130), 10, 60.0)
    by_hand, found = (routed(market(), wish, engine) for engine in ("path", "exact"))

    assert {order.instrument for order in by_hand.parcels[0].orders} == {builders.option(EXPIRY, 140, "P")}
    assert found.surplus > by_hand.surplus + dollars(10)


def test_least_cost_is_the_best_first_price_over_all_reachable_venues() -> None:
    first, second = bridge()
    home = view(HOME, [book("book.home", HOME, {PUT: ((), ((6.0, 50.0),))})], [first])
    away = view(AWAY, [book("book.away", AWAY, {PUT: ((), ((5.0, 0.5), (9.0, 9.0)))})], [second])

    bound = least_cost(LiquidityGraph(snapshot(home, away)), job(LONG_PUT, 10, 1.0))

    fee = 0.0003 * SPOT
    assert bound == pytest.approx(dollars(5.0 + fee), abs=200)


def test_least_cost_of_a_sale_is_what_it_brings_at_best() -> None:
    snap = snapshot(view(HOME, [book("book.home", HOME, {PUT: (((5.0, 0.5), (4.0, 9.0)), ())})]))

    bound = least_cost(LiquidityGraph(snap), job(builders.single(PUT, ratio=-1), 10, -1.0))

    assert bound == pytest.approx(-dollars(5.0 - 0.0003 * SPOT), abs=200)


def test_least_cost_is_infinite_where_a_leg_is_nowhere() -> None:
    assert least_cost(LiquidityGraph(snapshot(view(HOME))), job(LONG_PUT, 1, 1.0)) == float("inf")


def test_least_cost_of_a_floor_is_no_bound_at_all() -> None:
    assert least_cost(LiquidityGraph(market()), job(builders.hedge(EXPIRY, 120), 1, 1.0)) == -float("inf")


def _first(graph: LiquidityGraph, symbol: str, side: Side) -> float:
    """Return the price of a single lot, for one option."""
    cash = Desk(graph.snapshot).quote("amm", symbol, side, LOT)
    assert cash is not None
    return cash * OPTION_UNIT / LOT


def test_sales_that_cheapen_purchases_on_the_same_board_are_not_cut_off() -> None:
    """Selling two far puts lowers the board's volatility by more than buying one near the money raises it."""
    far, near = (builders.option(EXPIRY, strike, "P") for strike in (90, 130))
    spread = Package(legs=(Leg(instrument=near, ratio=1), Leg(instrument=far, ratio=-2)))
    snap = snapshot(view(HOME, [amm("amm", HOME, strikes=(90, 130), min_delta=0)], gas_gwei=0.0))
    graph = LiquidityGraph(snap)
    first_prices = _first(graph, near, "buy") - 2 * _first(graph, far, "sell")

    found = routed(snap, job(spread, 38, 60.0))

    unit = found.cost.total / found.quantity * OPTION_UNIT
    assert unit < first_prices
    assert least_cost(graph, found.job) <= unit


def test_a_maker_that_quotes_no_single_lot_may_still_take_a_large_order() -> None:
    """Its volatility is below its bounds until the order itself has raised it."""
    snap = snapshot(view(HOME, [amm("amm", HOME, iv=0.395)], gas_gwei=0.0))
    wish = job(LONG_PUT, 40, 30.0)

    found = routed(snap, wish)

    assert LOT < found.quantity == options(40)
    assert least_cost(LiquidityGraph(snap), wish) == -float("inf")
