from hypothesis import given, settings
from hypothesis import strategies as st

from intents import builders
from intents.assets import ETH
from intents.lifecycle import Cause
from solvers.routing.desk import SLACK_PPM, Desk, Draft, bought, open_order, priced
from solvers.routing.problem import Cost, Job, Parcel, Route, bridge_fee, settlement_gas
from solvers.routing.router import route
from tests.solvers.random_markets import jobs, packages, snapshots
from tests.solvers.small_market import AWAY, EXPIRY, HOME, dollars, job, market, options
from venues.calls.gas import BRIDGE_GAS, CLAIM_GAS, DELIVER_GAS, LOCK_GAS, SETTLE_GAS
from venues.graph import LiquidityGraph
from venues.markets.venue import Fill, Order, Unfilled
from venues.snapshot import Snapshot

PUT, HIGH_PUT = (builders.option(EXPIRY, strike, "P") for strike in (120, 140))
LONG_PUT = builders.single(PUT)


def sold(venue: str, count: float) -> Order:
    return open_order(venue, PUT, "sell", options(count))


def purchase(venue: str, count: float) -> Order:
    return open_order(venue, PUT, "buy", options(count))


def parcel(snap: Snapshot, wish: Job, chain: str, *orders: Order) -> Parcel:
    legs = bought(orders)
    part = priced(Desk(snap), wish, Draft(chain=chain, quantity=wish.remaining, legs=legs, orders=orders))
    assert isinstance(part, Parcel), part
    return part


def test_a_quote_leaves_the_venue_as_it_was() -> None:
    desk = Desk(market())

    assert desk.quote("amm.home", PUT, "buy", options(5)) == desk.quote("amm.home", PUT, "buy", options(5))


def test_a_trade_moves_the_price_of_the_next() -> None:
    desk = Desk(market())
    first = desk.quote("amm.home", PUT, "buy", options(5))
    desk.trade(purchase("amm.home", 5))
    second = desk.quote("amm.home", PUT, "buy", options(5))

    assert first is not None
    assert second is not None
    assert second > first


def test_a_copy_of_a_desk_goes_its_own_way() -> None:
    desk = Desk(market())
    before = desk.quote("amm.home", PUT, "buy", options(5))
    desk.copy().trade(purchase("amm.home", 5))

    assert desk.quote("amm.home", PUT, "buy", options(5)) == before


def test_what_does_not_fill_has_no_quote() -> None:
    assert Desk(market()).quote("amm.home", PUT, "buy", options(81)) is None


def test_net_cash_is_what_purchases_cost_less_what_sales_bring() -> None:
    desk = Desk(market())
    cost = desk.quote("book.away", PUT, "buy", options(2))
    proceeds = desk.quote("amm.away", PUT, "sell", options(2))

    assert cost is not None
    assert proceeds is not None
    assert desk.trade_all([purchase("book.away", 2), sold("amm.away", 2)]) == cost - proceeds


def test_the_first_refusal_ends_a_series_of_trades() -> None:
    outcome = Desk(market()).trade_all([purchase("amm.home", 81), purchase("amm.home", 1)])

    assert isinstance(outcome, Unfilled)
    assert outcome.cause is Cause.NO_LIQUIDITY


def test_orders_net_by_instrument_and_zeros_vanish() -> None:
    orders = [purchase("a", 3), sold("b", 3), open_order("c", ETH, "buy", options(1))]

    assert bought(orders) == {ETH: options(1)}


def test_sales_come_before_purchases() -> None:
    wish = job(builders.vertical(EXPIRY, 120, 140, "P"), 5, 60.0)
    high = open_order("amm.home", HIGH_PUT, "sell", options(5))

    part = parcel(market(), wish, HOME, purchase("amm.home", 5), high)

    assert [order.side for order in part.orders] == ["sell", "buy"]


def test_the_cost_of_a_parcel_at_home_is_trade_and_one_transaction() -> None:
    snap, wish = market(), job(LONG_PUT, 5, 60.0)

    part = parcel(snap, wish, HOME, purchase("amm.home", 5))

    gas = snap.gas_cash(HOME, SETTLE_GAS + snap.by_venue["amm.home"].gas)
    assert part.cost == Cost(Desk(snap).quote("amm.home", PUT, "buy", options(5)) or 0, gas, 0)


def test_the_cost_of_a_parcel_away_from_home_is_three_transactions_and_the_way_back() -> None:
    """What the seller of a put must hold as collateral crosses the bridge too."""
    snap, wish = market(), job(builders.single(PUT, ratio=-1), 5, -1.0)

    part = parcel(snap, wish, AWAY, sold("amm.away", 5))

    there = snap.gas_cash(AWAY, DELIVER_GAS + snap.by_venue["amm.away"].gas)
    gas = there + snap.gas_cash(HOME, LOCK_GAS + CLAIM_GAS + BRIDGE_GAS)
    port = snap.bridge(HOME, AWAY)
    assert port is not None
    assert part.cost.gas == gas
    assert part.cost.bridge == port.fee(part.cost.venues + dollars(5 * 120))


def test_no_bridge_is_paid_at_home() -> None:
    assert bridge_fee(market(), HOME, HOME, dollars(1000)) == 0
    assert bridge_fee(market(), HOME, AWAY, dollars(1000)) == dollars(0.5 + 0.4)


def test_settlement_away_costs_gas_on_both_chains() -> None:
    snap = market(home_gwei=10.0, away_gwei=0.0)

    assert settlement_gas(snap, HOME, AWAY, 10**9) == settlement_gas(snap, HOME, AWAY, 0) > 0
    assert settlement_gas(snap, AWAY, HOME, 0) == snap.gas_cash(HOME, DELIVER_GAS)


@settings(max_examples=60, deadline=None)
@given(snapshots(), jobs(packages()))
def test_every_bound_leaves_room_for_the_solvers_slack(market: Snapshot, wish: Job) -> None:
    found = route(LiquidityGraph(market), wish, "greedy")

    for part in found.parcels if isinstance(found, Route) else ():
        desk = Desk(market)
        for order in part.orders:
            fill = desk.trade(order)
            assert isinstance(fill, Fill)
            slack = fill.cash * SLACK_PPM // 10**6
            if order.side == "buy":
                assert order.bound >= fill.cash + slack
            else:
                assert order.bound <= fill.cash - slack


@settings(max_examples=60, deadline=None)
@given(snapshots(), jobs(packages()), st.data())
def test_no_order_of_execution_breaks_the_bounds_of_a_parcel(market: Snapshot, wish: Job, data: st.DataObject) -> None:
    found = route(LiquidityGraph(market), wish, "greedy")

    for part in found.parcels if isinstance(found, Route) else ():
        desk = Desk(market)
        for order in data.draw(st.permutations(part.orders)):
            outcome = desk.trade(order)
            assert isinstance(outcome, Fill) or outcome.cause is not Cause.SLIPPAGE
