from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from intents.assets import ETH, ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from tests.venues.small_world import AMM_RULES, PUT, START_MS, amm, pool
from venues.adversaries.sandwich_size import OPTION_STEP, Purse, Sandwich, best_sandwich, best_within, largest
from venues.markets.cpmm import SpotPool
from venues.markets.kinds import AnyVenue
from venues.markets.ladder import ANY_COST
from venues.markets.venue import Market, Order, Side, Unfilled

MARKET = Market(now_ms=START_MS, spot=140 * PRICE_UNIT)
RICH = Purse(cash=10**18, ether=10**30)
ROUNDINGS = 3
"""USDC base units that the roundings of three swaps can be off."""


def cash_of(venue: AnyVenue, order: Order) -> int:
    outcome = venue.execute(replace(order, bound=ANY_COST if order.side == "buy" else 0), MARKET)
    assert not isinstance(outcome, Unfilled)
    return outcome[1].cash


def victim(venue: AnyVenue, side: Side, quantity: int, slack_ppm: int, instrument: str = ETH) -> Order:
    order = Order(venue=venue.id, instrument=instrument, side=side, quantity=quantity, bound=0)
    quote = cash_of(venue, order)
    slack = quote * slack_ppm // 10**6
    return replace(order, bound=quote + slack if side == "buy" else quote - slack)


def legs(venue: AnyVenue, order: Order, quantity: int) -> tuple[int, int] | None:
    """Return what both legs come to, and what the victim's order does, step by step."""
    back: Side = "sell" if order.side == "buy" else "buy"
    cash = []
    for each in (
        replace(order, quantity=quantity, bound=ANY_COST if order.side == "buy" else 0),
        order,
        replace(order, side=back, quantity=quantity, bound=ANY_COST if back == "buy" else 0),
    ):
        outcome = venue.execute(each, MARKET)
        if isinstance(outcome, Unfilled):
            return None
        venue, fill = outcome
        cash.append(fill.cash)
    return cash[0], cash[2]


def brute_force(venue: AnyVenue, order: Order, sizes: range) -> int:
    """Return the most that any size earns."""
    sign = 1 if order.side == "buy" else -1
    found = (legs(venue, order, size) for size in sizes)
    return max((sign * (last - first) for first, last in filter(None, found)), default=0)


small_pools = st.builds(
    lambda ether, price: SpotPool(id="pool", chain="eip155:1", ether=ether, cash=ether * price),
    st.integers(300, 1500),
    st.integers(1_000, 10**6),
)


@settings(max_examples=60, deadline=None)
@given(small_pools, st.sampled_from(["buy", "sell"]), st.floats(0.01, 0.4), st.integers(0, 200_000))
def test_no_size_earns_more_than_the_best_sandwich_on_a_small_pool(
    venue: SpotPool, side: Side, share: float, slack_ppm: int
) -> None:
    order = victim(venue, side, max(int(venue.ether * share), 1), slack_ppm)

    found = best_sandwich(venue, [order], MARKET, RICH)

    # Reserves differ by less than one unit of each rounding, so that searches may part by as much.
    best = brute_force(venue, order, range(1, venue.ether if side == "buy" else 3 * venue.ether))
    assert (found.profit if found else 0) >= best - ROUNDINGS


@given(st.integers(10, 5_000), st.sampled_from(["buy", "sell"]), st.floats(0.005, 0.3), st.integers(100, 100_000))
def test_the_victim_still_trades_within_its_bound_and_would_not_one_wei_further_if_that_is_what_limits(
    ether: int, side: Side, share: float, slack_ppm: int
) -> None:
    venue = pool(ether=ether)
    order = victim(venue, side, int(venue.ether * share), slack_ppm)

    found = best_sandwich(venue, [order], MARKET, RICH)

    assume(found is not None)
    assert found is not None
    assert legs(venue, order, found.quantity) == (found.first_cash, found.last_cash)
    least_more = found.quantity * 1_001 // 1_000
    beyond = legs(venue, order, least_more)
    sign = 1 if side == "buy" else -1
    assert beyond is None or sign * (beyond[1] - beyond[0]) <= found.profit + ROUNDINGS


def test_a_tight_bound_is_met_to_the_wei() -> None:
    venue = pool(ether=1_000)
    order = victim(venue, "buy", 100 * ETH_UNIT, 10_000)

    found = best_sandwich(venue, [order], MARKET, RICH)

    assert found is not None
    assert legs(venue, order, found.quantity + 10**12) is None
    assert legs(venue, order, found.quantity) is not None


def test_an_order_without_slack_leaves_nothing() -> None:
    venue = pool(ether=1_000)

    assert best_sandwich(venue, [victim(venue, "buy", 50 * ETH_UNIT, 0)], MARKET, RICH) is None


def test_the_fee_protects_an_order_that_moves_the_price_by_less() -> None:
    venue = pool(ether=10_000)
    small = victim(venue, "buy", 10 * ETH_UNIT, 50_000)

    assert best_sandwich(venue, [small], MARKET, RICH) is None


@given(st.integers(1, 10**6), st.sampled_from(["buy", "sell"]))
def test_the_first_leg_stays_within_the_purse(dollars: int, side: Side) -> None:
    venue = pool(ether=1_000)
    purse = Purse(cash=dollars * USDC_UNIT, ether=dollars * 10**15)

    found = best_sandwich(venue, [victim(venue, side, 200 * ETH_UNIT, 200_000)], MARKET, purse)

    if found is not None:
        assert found.first_cash <= purse.cash if side == "buy" else found.quantity <= purse.ether


def test_no_size_earns_more_than_the_best_sandwich_at_an_option_market_maker() -> None:
    rules = replace(AMM_RULES, max_trade=6 * OPTION_UNIT, price_fee=0, spot_fee=0, standard_size=OPTION_UNIT)
    venue = replace(amm(), rules=rules)
    order = victim(venue, "buy", 4 * OPTION_UNIT, 30_000, PUT)

    found = best_sandwich(venue, [order], MARKET, RICH)

    assert found is not None
    assert found.profit == brute_force(venue, order, range(OPTION_STEP, rules.max_trade + 1, OPTION_STEP))


def test_who_sells_options_is_left_alone_for_that_would_need_collateral() -> None:
    venue = amm()

    assert best_sandwich(venue, [victim(venue, "sell", 40 * OPTION_UNIT, 100_000, PUT)], MARKET, RICH) is None


def test_a_sandwich_around_a_sale_earns_what_it_sold_dearer_than_it_bought_back() -> None:
    sandwich = Sandwich(instrument=ETH, side="sell", quantity=1, first_cash=10, last_cash=7)

    assert sandwich.profit == 3


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_largest_number_that_holds_is_found(limit: int, most: int) -> None:
    assert largest(lambda number: number <= limit, most) == min(limit, most)


@given(st.integers(1, 5_000), st.integers(1, 5_000))
def test_the_peak_of_what_rises_and_falls_is_found(peak: int, most: int) -> None:
    assert best_within(lambda number: -abs(number - peak), most) == min(peak, most)
