"""Desks in routing: a structure bought as one, an all-or-none quote as a lot, by every engine that gains by it."""

from collections.abc import Sequence

import pytest

from intents import builders
from solvers.routing.certificate import certificate
from solvers.routing.exact import allocate
from solvers.routing.executed import executed
from solvers.routing.problem import EngineName, Job, Route
from solvers.routing.router import route
from solvers.routing.verify import verify_route
from tests.solvers.small_market import EXPIRY, HOME, NOW_MS, amm, dollars, fair, job, options, pool, snapshot, view
from venues.graph import LiquidityGraph
from venues.markets.rfq import RfqDesk
from venues.markets.rfq_quotes import FirmQuote, Request
from venues.markets.structure import structure_of

HIGH, LOW = builders.option(EXPIRY, 140, "P"), builders.option(EXPIRY, 120, "P")
SPREAD = structure_of({HIGH: 1, LOW: -1})
WANT = builders.vertical(EXPIRY, 140, 120, "P")
ENGINES: Sequence[EngineName] = ("path", "greedy", "exact", "auto")


def quote(price: float, size: float, *, whole: bool = False) -> FirmQuote:
    return FirmQuote(
        maker="maker",
        side="buy",
        price=dollars(price),
        quantity=options(size),
        whole=whole,
        given_ms=NOW_MS - 5_000,
        until_ms=NOW_MS + 60_000,
        delta=0,
        vega=0,
    )


def desk(symbol: str, amount: float, *quotes: FirmQuote) -> RfqDesk:
    request = Request(
        amount=options(amount),
        opened_ms=NOW_MS - 10_000,
        visible_ms=NOW_MS - 5_000,
        until_ms=NOW_MS + 290_000,
        quotes=quotes,
    )
    return RfqDesk(id="desk", chain=HOME, fee_account="f", blind_ms=5_000, life_ms=300_000, requests={symbol: request})


def graph(venue: RfqDesk) -> LiquidityGraph:
    return LiquidityGraph(snapshot(view(HOME, [amm("amm", HOME), venue, pool("pool", HOME)], gas_gwei=1.0)))


def spread_symbol() -> str:
    assert SPREAD is not None
    return SPREAD[0]


def best(market: LiquidityGraph, wish: Job, engine: EngineName) -> Route:
    found = route(market, wish, engine=engine)
    assert isinstance(found, Route), found
    assert not isinstance(verify_route(market, wish, found), str)
    return found


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_buys_a_spread_as_one_where_a_desk_is_cheaper(engine: EngineName) -> None:
    market = graph(desk(spread_symbol(), 6, quote(fair(HIGH) - fair(LOW), 6)))

    found = best(market, job(WANT, 6, 30.0), engine)

    assert [(o.venue, o.instrument, o.quantity) for p in found.parcels for o in p.orders] == [
        ("desk", spread_symbol(), options(6))
    ]
    assert found.parcels[0].legs == {HIGH: options(6), LOW: -options(6)}


@pytest.mark.parametrize("engine", ENGINES)
def test_no_engine_does_where_the_legs_are_cheaper(engine: EngineName) -> None:
    market = graph(desk(spread_symbol(), 6, quote(19.0, 6)))

    found = best(market, job(WANT, 6, 30.0), engine)

    assert {order.venue for part in found.parcels for order in part.orders} == {"amm"}


def test_the_program_buys_what_a_desk_has_as_one_and_the_rest_by_the_leg() -> None:
    market = graph(desk(spread_symbol(), 6, quote(fair(HIGH) - fair(LOW), 2)))

    found = best(market, job(WANT, 6, 30.0), "exact")

    orders = {(o.venue, o.instrument): o.quantity for p in found.parcels for o in p.orders}
    assert orders["desk", spread_symbol()] == options(2)
    assert orders["amm", HIGH] == options(4)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_takes_all_or_none_for_all(engine: EngineName) -> None:
    market = graph(desk(HIGH, 6, quote(fair(HIGH) * 1.5, 6), quote(fair(HIGH) * 0.9, 6, whole=True)))

    found = best(market, job(builders.single(HIGH), 6, 40.0), engine)

    assert [(o.venue, o.quantity) for p in found.parcels for o in p.orders] == [("desk", options(6))]
    assert found.cost.venues < 6 * fair(HIGH) * 10**6


def test_the_program_adds_others_to_a_lot_that_is_not_enough() -> None:
    market = graph(desk(HIGH, 4, quote(fair(HIGH) * 0.9, 4, whole=True)))

    found = best(market, job(builders.single(HIGH), 6, 40.0), "exact")

    assert {o.venue: o.quantity for p in found.parcels for o in p.orders} == {"desk": options(4), "amm": options(2)}


def test_the_program_cannot_take_a_part_of_a_lot() -> None:
    market = graph(desk(HIGH, 8, quote(fair(HIGH) * 0.9, 8, whole=True)))

    allocation = allocate(market, [job(builders.single(HIGH), 6, 40.0)])

    assert allocation is not None
    assert {flow.edge.key for flow in allocation.flows} == {"amm"}
    assert executed(market, job(builders.single(HIGH), 6, 40.0), allocation) is not None


def test_several_intents_together_trade_leg_by_leg() -> None:
    market = graph(desk(spread_symbol(), 6, quote(fair(HIGH) - fair(LOW), 6)))
    jobs = [job(WANT, 6, 30.0, nonce=number) for number in (1, 2)]

    allocation = allocate(market, jobs)

    assert allocation is not None
    assert {flow.edge.instrument for flow in allocation.flows} <= {HIGH, LOW}


@pytest.mark.parametrize("venue", ["spread", "dear", "lot", "large lot"])
def test_routes_over_structures_and_lots_are_certified(venue: str) -> None:
    desks = {
        "spread": (desk(spread_symbol(), 6, quote(fair(HIGH) - fair(LOW), 2)), WANT),
        "dear": (desk(spread_symbol(), 6, quote(19.0, 6)), WANT),
        "lot": (desk(HIGH, 4, quote(fair(HIGH) * 0.9, 4, whole=True)), builders.single(HIGH)),
        "large lot": (desk(HIGH, 8, quote(fair(HIGH) * 0.9, 8, whole=True)), builders.single(HIGH)),
    }
    market, want = graph(desks[venue][0]), desks[venue][1]

    proofs = [certificate(market, best(market, job(want, 6, 40.0), engine)) for engine in ENGINES]

    gaps = [proof.gap for proof in proofs if proof is not None and proof.surplus <= proof.bound]
    assert len(gaps) == len(ENGINES)
    assert min(gaps) < 0.001
