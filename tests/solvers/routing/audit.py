"""What must hold of every route, checked without any code of the routers."""

from intents.assets import ETH, OPTION_UNIT, USDC_UNIT
from intents.intent import LOT
from intents.options import parse_series
from intents.satisfaction import violation
from solvers.routing.problem import Job, Parcel, Route
from venues.calls.gas import BRIDGE_GAS, CLAIM_GAS, DELIVER_GAS, LOCK_GAS, SETTLE_GAS
from venues.markets.clob import OrderBook
from venues.markets.option_amm import OptionAmm
from venues.markets.venue import Order, Unfilled
from venues.pricing import black76
from venues.pricing.fixed_point import ONE
from venues.snapshot import Snapshot


def assert_sound(snapshot: Snapshot, route: Route) -> None:
    """Assert that a route keeps its intent's terms, can be executed, and costs what it says.

    Raises:
        AssertionError: if it does not.
    """
    job, venues = route.job, dict(snapshot.by_venue)
    assert route.quantity <= job.remaining
    assert len({part.chain for part in route.parcels}) == len(route.parcels)
    for part in route.parcels:
        _keeps_terms(snapshot, job, part)
        paid = 0
        for order in part.orders:
            assert order.quantity > 0
            assert order.quantity % LOT == 0
            assert venues[order.venue].chain == part.chain
            outcome = venues[order.venue].execute(order, snapshot.market(part.chain))
            assert not isinstance(outcome, Unfilled), outcome
            venues[order.venue], fill = outcome
            paid += fill.cash if order.side == "buy" else -fill.cash
        assert paid == part.cost.venues
        assert part.cost.gas == _gas(snapshot, job, part)
        assert part.cost.bridge == _bridge(snapshot, job, part, paid)
    assert route.surplus >= 0


def _keeps_terms(snapshot: Snapshot, job: Job, part: Parcel) -> None:
    intent = job.intent
    assert violation(intent, part.legs, part.quantity, part.cost.total, remaining=job.remaining) is None
    assert part.quantity % LOT == 0
    assert all(held % LOT == 0 for held in part.legs.values())
    assert not intent.chains or part.chain in intent.chains
    assert part.chain == intent.home or snapshot.bridge(intent.home, part.chain) is not None
    assert not intent.venues or {order.venue for order in part.orders} <= set(intent.venues)
    brought: dict[str, int] = {}
    for order in part.orders:
        brought[order.instrument] = brought.get(order.instrument, 0) + (
            order.quantity if order.side == "buy" else -order.quantity
        )
    assert {name: held for name, held in brought.items() if held} == dict(part.legs)


def _gas(snapshot: Snapshot, job: Job, part: Parcel) -> int:
    orders = sum(snapshot.by_venue[order.venue].gas for order in part.orders)
    if part.chain == job.intent.home:
        return snapshot.gas_cash(part.chain, SETTLE_GAS + orders)
    away = snapshot.gas_cash(part.chain, DELIVER_GAS + orders)
    return away + snapshot.gas_cash(job.intent.home, LOCK_GAS + CLAIM_GAS + BRIDGE_GAS)


def _bridge(snapshot: Snapshot, job: Job, part: Parcel, paid: int) -> int:
    if part.chain == job.intent.home:
        return 0
    port = snapshot.bridge(job.intent.home, part.chain)
    assert port is not None
    return port.fee(max(paid + job.intent.collateral(part.quantity), 0))


def cheapest_conceivable(snapshot: Snapshot, part: Parcel) -> float:
    """Return a bound of what the orders of a parcel cost, in USDC base units, each at a price nobody can beat.

    In a book that is the best resting order, without fee; at an option market maker the model's price with all of the
    parcel's sales already made; in a pool the spot price.
    """
    total = 0.0
    for order in part.orders:
        sign = 1 if order.side == "buy" else -1
        total += sign * _best_price(snapshot, part, order) * order.quantity / OPTION_UNIT
    return total


def _best_price(snapshot: Snapshot, part: Parcel, order: Order) -> float:
    venue = snapshot.by_venue[order.venue]
    if isinstance(venue, OrderBook):
        book = venue.books[order.instrument]
        return float((book.asks if order.side == "buy" else book.bids)[0].price)
    if order.instrument == ETH:
        assert not isinstance(venue, OptionAmm)
        return venue.spot / 100
    assert isinstance(venue, OptionAmm)
    series = parse_series(order.instrument)
    sold = sum(o.quantity for o in part.orders if o.venue == venue.id and o.side == "sell" and order.side == "buy")
    board = venue.boards[series.expiry]
    base = board.base_iv - sold * ONE // venue.rules.standard_size // 100
    vol = max(base, 0) * board.skews[str(series.strike // 10**8)] // ONE
    return black76.option_price(series, snapshot.by_chain[part.chain].spot, vol, snapshot.time_ms) * USDC_UNIT / ONE
