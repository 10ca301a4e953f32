"""Routes of intents that bound delta, vega and losses: sound, and as good as all portfolios tried one by one."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents import builders
from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.bounds import bounds_gap, measured
from intents.intent import LOT
from intents.lifecycle import Cause
from intents.options import parse_series
from intents.wants import MAX_RISK, AnyWant
from solvers.routing.crossing import crossings
from solvers.routing.exact import allocate
from solvers.routing.exposure_rows import most_traded, tradable
from solvers.routing.problem import EngineName, Job, NoRoute, Parcel, Route
from solvers.routing.rebalancing import rebalanced, whole_legs
from solvers.routing.router import route
from solvers.routing.verify import Verified, verify_route
from tests.solvers.random_markets import bounded, jobs, snapshots
from tests.solvers.routing.audit import assert_sound, cheapest_conceivable
from tests.solvers.small_market import (
    EXPIRY,
    HOME,
    NOW_MS,
    amm,
    book,
    job,
    market,
    options,
    pool,
    snapshot,
    symbols,
    view,
)
from venues.graph import LiquidityGraph
from venues.pricing.greeks import greeks
from venues.snapshot import Snapshot

WHOLE: tuple[EngineName, ...] = ("auto", "exact", "greedy", "path")
AT = builders.mark(130, 0.9, NOW_MS)
LISTED = tuple(parse_series(name) for name in symbols())
CALL, LOW_PUT, PUT = (builders.option(EXPIRY, strike, right) for strike, right in ((140, "C"), (100, "P"), (120, "P")))
PRICES = {LOW_PUT: 1.9, PUT: 5.6, CALL: 7.1}
PROTECTED = builders.exposure(EXPIRY, AT, [builders.most_loss(20, 60, 200)], held={ETH: 1.0})


@settings(max_examples=10, deadline=None)
@given(snapshots(), jobs(bounded()))
def test_every_route_keeps_the_bounds_and_can_be_executed(snap: Snapshot, wish: Job) -> None:
    graph = LiquidityGraph(snap)
    answers = {engine: route(graph, wish, engine) for engine in WHOLE}
    found = {engine: answer for engine, answer in answers.items() if isinstance(answer, Route)}

    for answer in found.values():
        assert_sound(snap, answer)
        assert verify_route(graph, wish, answer) == Verified(answer.cost, answer.surplus)
        for part in answer.parcels:
            assert part.cost.venues >= cheapest_conceivable(snap, part) - 5 * len(part.orders)
    if found:
        best = max(answer.surplus for answer in found.values())
        assert {found["exact"].surplus, found["auto"].surplus} == {best}


def only(prices: dict[str, float], depth: float = 50.0) -> Snapshot:
    """Return one chain with one book that offers some options, without gas."""
    return snapshot(
        view(HOME, [book("a", HOME, {name: ((), ((p, depth),)) for name, p in prices.items()})], gas_gwei=0)
    )


GRID = np.array(list(product(range(41), repeat=3))) * 0.025
"""Every portfolio of up to one of each of three options, in steps of a fortieth."""


def cheapest_on_grid(held: dict[str, float], delta: tuple[float, float], loss: float) -> float:
    """Return what the cheapest portfolio of the grid costs that keeps the bounds, by floating point, all at once."""
    every = [parse_series(name) for name in (*PRICES, *held)]
    years = (every[0].expiry_ms - NOW_MS) / 31_536_000_000
    strikes, calls = [each.strike / PRICE_UNIT for each in every], [each.right == "C" for each in every]
    deltas = greeks(130.0, strikes, 0.9, years, calls).delta
    bought = np.hstack([GRID, np.tile(list(held.values()), (len(GRID), 1))])
    prices = np.array([70.0, 100.0, 120.0, 140.0, 190.0])[:, None]
    sign = np.where(calls, 1.0, -1.0)
    value = bought @ np.maximum(sign * (prices - strikes), 0.0).T
    keeps = (bought @ deltas >= delta[0]) & (bought @ deltas <= delta[1]) & (value >= -loss).all(axis=1)
    costs = GRID @ list(PRICES.values())
    return float(costs[keeps].min(initial=np.inf))


@settings(max_examples=8, deadline=None)
@given(
    short=st.sampled_from([builders.option(EXPIRY, 120, "P"), CALL, builders.option(EXPIRY, 160, "C")]),
    amount=st.floats(0.2, 0.9),
    delta=st.floats(-0.3, 0.3),
    loss=st.integers(4, 30),
)
def test_the_program_buys_as_cheaply_as_the_best_of_all_portfolios(
    short: str, amount: float, delta: float, loss: int
) -> None:
    """The program rounds to whole lots, which may cost a lot or two of each instrument."""
    held = {short: -round(amount, 2)}
    bounds = [builders.delta(delta - 0.15, delta + 0.15), builders.most_loss(loss, 70, 190)]
    want = builders.exposure(EXPIRY, AT, bounds, held=held)
    cheapest = cheapest_on_grid(held, (delta - 0.15, delta + 0.15), loss)

    found = route(LiquidityGraph(only(PRICES)), job(want, 1, 60, fill="all_or_none"))

    if 0 < cheapest < np.inf:
        assert isinstance(found, Route)
        assert found.cost.total / USDC_UNIT <= cheapest * 1.005 + 2 * sum(PRICES.values()) / 100


def test_the_cheapest_stop_of_a_loss_is_bought() -> None:
    """A loss of 20 at 60 to 200 needs a put of 110 or more on each ether: one of 120 for half of it, one of 100."""
    wish = job(PROTECTED, 10, 30)

    found = route(LiquidityGraph(only(PRICES)), wish)

    assert isinstance(found, Route)
    assert measured(PROTECTED, found.parcels[0].legs, found.quantity).losses == pytest.approx((20.0,), abs=0.05)
    assert found.parcels[0].legs == {LOW_PUT: options(5), PUT: options(5)}


def test_a_portfolio_within_its_bounds_needs_nothing_and_has_no_route() -> None:
    want = builders.exposure(EXPIRY, AT, [builders.most_loss(200)], held={ETH: 1.0})

    answers = [route(LiquidityGraph(market()), job(want, 10, 30), engine) for engine in WHOLE]

    assert {answer.cause for answer in answers if isinstance(answer, NoRoute)} == {Cause.NO_LIQUIDITY}
    assert len([answer for answer in answers if isinstance(answer, NoRoute)]) == len(WHOLE)


def test_bounds_that_cannot_be_met_have_no_route() -> None:
    want = builders.exposure(EXPIRY, AT, [builders.delta(0.9), builders.vega(None, -1)], held={PUT: 1.0})

    assert isinstance(route(LiquidityGraph(market()), job(want, 10, 300)), NoRoute)


def test_calls_are_sold_against_ether_that_is_bought_and_against_no_more() -> None:
    """Vega below zero comes of calls sold, and those take ether."""
    dear = {CALL: (((20.0, 50.0),), ())}
    snap = snapshot(view(HOME, [book("a", HOME, dear), pool("p", HOME, ether=90_000.0)], gas_gwei=0))
    want = builders.exposure(EXPIRY, AT, [builders.delta(0.2, 0.8), builders.vega(None, -0.05)])

    found = route(LiquidityGraph(snap), job(want, 10, 130))

    assert isinstance(found, Route)
    legs = found.parcels[0].legs
    assert legs[CALL] < 0
    assert legs[ETH] >= -legs[CALL]


def test_intents_of_bounds_meet_others_without_a_venue() -> None:
    """One wants to be rid of the puts that stop the other's loss."""
    snap = only({PUT: 30.0})
    seller = job(builders.single(PUT, ratio=-1), 10, -4.0, nonce=1)
    bounds = builders.exposure(EXPIRY, AT, [builders.most_loss(10, 60, 200)], held={ETH: 1.0})
    graph = LiquidityGraph(snap)

    found = allocate(graph, [seller, job(bounds, 10, 8.0, nonce=2)])

    assert found is not None
    assert found.flows == ()
    (met,) = crossings(graph, found)
    assert [dict(part.legs) for part in met.parcels] == [{PUT: -options(10)}, {PUT: options(10)}]
    assert met.surplus > 0


def test_a_route_that_breaks_a_bound_is_not_verified() -> None:
    graph, wish = LiquidityGraph(only(PRICES)), job(PROTECTED, 10, 30)
    found = route(graph, wish)
    assert isinstance(found, Route)
    part = found.parcels[0]
    short = _without_a_lot(part, LOW_PUT)

    wrong = verify_route(graph, wish, replace(found, parcels=(short,)))

    assert isinstance(wrong, str)
    assert "a unit loses" in wrong


def _without_a_lot(part: Parcel, name: str) -> Parcel:
    legs = dict(part.legs) | {name: part.legs[name] - LOT}
    orders = tuple(
        replace(order, quantity=order.quantity - LOT) if order.instrument == name else order for order in part.orders
    )
    return replace(part, legs=legs, orders=orders)


@settings(max_examples=30, deadline=None)
@given(bounded(), st.integers(1, 5000))
def test_what_a_desk_does_by_hand_keeps_the_bounds(want: AnyWant, lots: int) -> None:
    assert want.kind == "exposure"
    legs = rebalanced(want, lots * LOT, LISTED, ether=True)

    if legs is not None:
        assert bounds_gap(want, legs, lots * LOT) is None
        assert all(held % LOT == 0 for held in legs.values())


def test_a_desk_stops_a_loss_with_puts() -> None:
    legs = rebalanced(PROTECTED, options(4), LISTED, ether=True)

    assert legs is not None
    assert {parse_series(name).right for name in legs} == {"P"}


def test_a_desk_without_anything_to_trade_says_so() -> None:
    assert rebalanced(PROTECTED, options(4), (), ether=False) is None


def test_legs_are_rounded_to_lots_that_keep_the_bounds() -> None:
    exact = {LOW_PUT: 0.5, PUT: 0.5}
    assert whole_legs(PROTECTED, exact, OPTION_UNIT) == {LOW_PUT: OPTION_UNIT // 2, PUT: OPTION_UNIT // 2}

    rough = whole_legs(PROTECTED, {LOW_PUT: 0.4967, PUT: 0.5033}, OPTION_UNIT)

    assert rough is not None
    assert bounds_gap(PROTECTED, rough, OPTION_UNIT) is None
    assert abs(rough[PUT] - OPTION_UNIT // 2) <= 2 * LOT


def test_many_legs_are_rounded_too() -> None:
    """Nine legs, as an inner point has them: the nearest lots break a bound, and a few lots mend it."""
    names = [builders.option(EXPIRY, strike, right) for strike in (100, 110, 120, 130) for right in ("P", "C")]
    fine = {name: 0.12345 * (1 if name.endswith("P") else -0.5) for name in names} | {ETH: 0.31}
    want = builders.exposure(EXPIRY, AT, [builders.delta(-0.2, 0.2), builders.most_loss(30, 80, 180)], collateral=25)

    whole = whole_legs(want, fine, OPTION_UNIT)

    assert whole is not None
    assert bounds_gap(want, whole, OPTION_UNIT) is None
    assert all(abs(whole.get(name, 0) / OPTION_UNIT - held) < 0.1 for name, held in fine.items())


def test_only_options_near_the_mark_and_out_of_the_money_are_traded_and_those_that_are_held() -> None:
    deep = builders.option(EXPIRY, 160, "P")

    usual = {series.symbol for series in tradable(PROTECTED, LISTED)}
    held = builders.exposure(EXPIRY, AT, [builders.delta(0, 1)], held={deep: -2.0})

    assert usual == {LOW_PUT, PUT, CALL, builders.option(EXPIRY, 160, "C")}
    assert {series.symbol for series in tradable(held, LISTED)} == usual | {deep}
    assert (most_traded(PROTECTED), most_traded(held)) == (6.0, 8.0)


def test_a_bound_beyond_sense_binds_nothing() -> None:
    free = builders.delta(None, None)
    want = builders.exposure(EXPIRY, AT, [free, *PROTECTED.losses], held={ETH: 1.0})
    snap = snapshot(view(HOME, [amm("m", HOME)], gas_gwei=0))

    plain, same = (route(LiquidityGraph(snap), job(each, 5, 30)) for each in (PROTECTED, want))

    assert (free.low, free.high) == (-MAX_RISK, MAX_RISK)
    assert isinstance(plain, Route)
    assert isinstance(same, Route)
    assert same.parcels == plain.parcels
