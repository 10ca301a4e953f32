"""Routes that are careful: floors of success, the tail of losses, margin, and cash that has to come in time."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents import builders
from intents.assets import USDC_UNIT
from intents.intent import LOT
from solvers.routing.careful import assessed, route
from solvers.routing.desk import Desk
from solvers.routing.failures import cases, success, tail_mean
from solvers.routing.layers import Schedule
from solvers.routing.problem import Job, NoRoute, Route
from solvers.routing.program import Failure, Program
from solvers.routing.risk import Margin, Risk, Tail
from solvers.routing.router import route as usual_route
from solvers.routing.verify import verify_route
from tests.solvers.random_markets import VENUES, bounded, floors, jobs, packages, snapshots
from tests.solvers.small_market import AWAY, EXPIRY, HOME, book, bridge, dollars, job, market, snapshot, view
from venues.graph import LiquidityGraph
from venues.snapshot import Snapshot

PUT, LOW_PUT = builders.option(EXPIRY, 120, "P"), builders.option(EXPIRY, 100, "P")
LONG_PUT, SHORT_PUT = builders.single(PUT), builders.single(PUT, ratio=-1)
LOTS = 12


def books(offers: dict[str, tuple[tuple[float, float], ...]]) -> Snapshot:
    """Return one chain with books that offer a put, without gas."""
    return snapshot(view(HOME, [book(name, HOME, {PUT: ((), asks)}) for name, asks in offers.items()], gas_gwei=0.0))


def best_split(snap: Snapshot, wish: Job, risk: Risk) -> float:
    """Return the largest worth over all splits of the whole quantity over books, all failure sets enumerated."""
    limit = wish.intent.max_debit(wish.remaining) / USDC_UNIT
    tables = {name: [_quote(snap, name, size) for size in range(LOTS + 1)] for name in sorted(snap.by_venue)}
    best = 0.0
    for sizes in product(range(LOTS + 1), repeat=len(tables)):
        costs = {name: tables[name][size] for name, size in zip(tables, sizes, strict=True) if size}
        if sum(sizes) == LOTS and None not in costs.values():
            paid = {name: cash / USDC_UNIT for name, cash in costs.items() if cash is not None}
            if success(risk.chances, paid) >= risk.least_success:
                best = max(best, limit - sum(paid.values()) - _tail(paid, risk))
    return best


def _quote(snap: Snapshot, name: str, size: int) -> int | None:
    return Desk(snap).quote(name, PUT, "buy", size * LOT) if size else 0


def _tail(costs: dict[str, float], risk: Risk) -> float:
    if risk.tail is None:
        return 0.0
    used = {name: risk.chances[name] for name in costs}
    every = [(sum(costs[n] for n in c.failed) * risk.tail.dearer, c.weight) for c in cases(used, samples=99, seed=0)]
    return risk.tail.weight * tail_mean(every, risk.tail.share)


asks = st.lists(
    st.tuples(st.integers(400, 480).map(lambda c: c / 100), st.integers(3, 9).map(lambda n: n / 100)),
    min_size=1,
    max_size=2,
).map(lambda levels: tuple(sorted(levels)))


@settings(max_examples=6, deadline=None)
@given(
    offers=st.tuples(asks, asks, asks).map(lambda three: dict(zip("abc", three, strict=True))),
    fails=st.tuples(*[st.sampled_from([0.01, 0.05, 0.2])] * 3),
    least=st.sampled_from([0.0, 0.85, 0.93]),
    weight=st.sampled_from([0.0, 0.5, 3.0]),
)
def test_the_program_finds_the_best_of_all_splits_with_every_set_of_failures_enumerated(
    offers: dict[str, tuple[tuple[float, float], ...]], fails: tuple[float, ...], least: float, weight: float
) -> None:
    chances = dict(zip("abc", fails, strict=True))
    tail = Tail(weight=weight, share=0.1, dearer=0.2) if weight else None
    risk = Risk(chances=chances, least_success=least, tail=tail)
    wish = job(LONG_PUT, LOTS / 100, 9.0, fill="all_or_none")

    snap = books(offers)

    found = route(LiquidityGraph(snap), wish, risk)

    best = best_split(snap, wish, risk)
    worth = found.risk.worth if isinstance(found, Route) and found.risk is not None else 0.0
    rounding = 2e-5
    assert worth == pytest.approx(best, abs=rounding)


def test_a_floor_of_success_leaves_out_the_cheap_venue_that_often_fails() -> None:
    graph = LiquidityGraph(books({"cheap": ((4.0, 20.0),), "sound": ((4.5, 20.0),)}))
    wish, chances = job(LONG_PUT, 10, 9.0), {"cheap": 0.2, "sound": 0.01}

    free, careful = (route(graph, wish, Risk(chances=chances, least_success=p)) for p in (0.0, 0.95))
    none = route(graph, wish, Risk(chances=chances, least_success=0.995))

    assert isinstance(free, Route)
    assert isinstance(careful, Route)
    assert [part.orders[0].venue for answer in (free, careful) for part in answer.parcels] == ["cheap", "sound"]
    assert free.risk is not None
    assert free.risk.success == pytest.approx(0.8)
    assert isinstance(none, NoRoute)
    assert "the floor is 0.995" in none.detail


def test_a_bridge_that_fails_counts_like_a_venue() -> None:
    graph, wish = LiquidityGraph(market(home_gwei=400.0)), job(LONG_PUT, 10, 40.0)
    away = usual_route(graph, wish)
    assert isinstance(away, Route)
    assert {part.chain for part in away.parcels} == {AWAY}

    home = route(graph, wish, Risk(chances={"main": 0.5}, least_success=0.9))

    assert isinstance(home, Route)
    assert {part.chain for part in home.parcels} == {HOME}


def test_a_venue_that_fails_for_certain_is_not_used() -> None:
    graph = LiquidityGraph(books({"cheap": ((4.0, 20.0),), "sound": ((4.5, 20.0),)}))

    found = route(graph, job(LONG_PUT, 10, 9.0), Risk(chances={"cheap": 1.0}, least_success=1e-6))

    assert isinstance(found, Route)
    assert [order.venue for order in found.parcels[0].orders] == ["sound"]


def test_what_the_tail_weighs_spreads_a_route_over_venues() -> None:
    offers = {name: ((4.0 + i / 100, 20.0),) for i, name in enumerate("abcd")}
    graph, wish = LiquidityGraph(books(offers)), job(LONG_PUT, 10, 9.0)
    chances = dict.fromkeys("abcd", 0.04)

    lean, spread = (
        route(graph, wish, Risk(chances=chances, tail=Tail(weight=weight, share=0.04))) for weight in (0.0, 2.0)
    )

    assert isinstance(lean, Route)
    assert isinstance(spread, Route)
    assert [len({o.venue for p in answer.parcels for o in p.orders}) for answer in (lean, spread)] == [1, 4]
    assert lean.risk is not None
    assert spread.risk is not None
    assert spread.risk.tail_loss < lean.risk.tail_loss


def two_chains() -> Snapshot:
    """Return a put bid for a little more away than at home, where it would net."""
    first, second = bridge(fee_ppm=0, fixed_fee=0.0)
    home = view(HOME, [book("h", HOME, {PUT: (((5.0, 50.0),), ())})], [first], gas_gwei=0.0)
    return snapshot(home, view(AWAY, [book("a", AWAY, {PUT: (((5.2, 50.0),), ())})], [second], gas_gwei=0.0))


def test_margin_nets_on_the_chain_where_the_other_leg_lies() -> None:
    """A put held at home backs the one sold there, and no put sold elsewhere."""
    graph, wish = LiquidityGraph(two_chains()), job(SHORT_PUT, 10, -4.0)
    held = {HOME: {PUT: 10.0}}

    dear = route(graph, wish, Risk(margin=Margin(rate=0.5, held=held)))
    free = route(graph, wish, Risk(margin=Margin(rate=0.0, held=held)))

    assert isinstance(dear, Route)
    assert isinstance(free, Route)
    assert [{p.chain for p in answer.parcels} for answer in (dear, free)] == [{HOME}, {AWAY}]
    assert dear.risk is not None
    assert free.risk is not None
    assert (dear.risk.margin, free.risk.margin) == (pytest.approx(0.0), pytest.approx(1200.0))


def test_margin_costs_its_rate_until_the_expiry() -> None:
    graph, wish = LiquidityGraph(two_chains()), job(SHORT_PUT, 10, -4.0)

    found = route(graph, wish, Risk(margin=Margin(rate=0.05)))

    assert isinstance(found, Route)
    assert found.risk is not None
    years = (1_585_296_000_000 - graph.snapshot.time_ms) / 31_536_000_000
    assert found.risk.margin_cost == pytest.approx(1200 * 0.05 * years)
    assert found.risk.worth == pytest.approx(found.surplus / USDC_UNIT - found.risk.margin_cost)


def test_a_route_whose_margin_costs_more_than_it_leaves_is_none() -> None:
    found = route(LiquidityGraph(two_chains()), job(SHORT_PUT, 10, -4.9), Risk(margin=Margin(rate=5.0)))

    assert isinstance(found, NoRoute)


def in_time(minutes: float, home: float = 5000.0, away: float = 0.0) -> Risk:
    cash = {HOME: dollars(home), AWAY: dollars(away)}
    return Risk(
        schedule=Schedule(within_ms=round(minutes * 60_000), inclusion_ms={HOME: 15_000, AWAY: 5_000}, cash=cash)
    )


def test_a_delivery_away_waits_for_its_cash_or_is_not_made() -> None:
    """The bridge of the small market takes two minutes."""
    graph, wish = LiquidityGraph(market()), job(LONG_PUT, 10, 40.0, chains=(AWAY,))

    slow, quick, funded = (route(graph, wish, risk) for risk in (in_time(5), in_time(1), in_time(1, away=500)))

    assert isinstance(slow, Route)
    assert isinstance(quick, NoRoute)
    assert isinstance(funded, Route)
    assert slow.risk is not None
    assert funded.risk is not None
    (sent,) = slow.risk.transfers
    assert (sent.source, sent.target, sent.arrives_ms) == (HOME, AWAY, 135_000)
    assert (slow.risk.ends_ms, funded.risk.ends_ms) == (140_000, 5_000)
    assert funded.risk.transfers == ()
    assert slow.cost.total == funded.cost.total + sent.fee + sent.gas


def test_what_brings_the_cash_is_paid_for_within_the_limit() -> None:
    graph, wish = LiquidityGraph(market()), job(LONG_PUT, 10, 40.0, chains=(AWAY,))
    found = route(graph, wish, in_time(5))
    assert isinstance(found, Route)
    tight = replace(wish, intent=wish.intent.model_copy(update={"limit": found.cost.total // 10 - 1000}))

    answers = [route(graph, tight, risk) for risk in (in_time(5), in_time(5, away=500))]

    assert isinstance(answers[1], Route)
    assert isinstance(answers[0], NoRoute) or answers[0].quantity < found.quantity


any_job = jobs(st.one_of(packages(), floors(), bounded()))
risks = st.builds(
    Risk,
    margin=st.sampled_from([None, Margin(rate=0.2, held={HOME: {PUT: 5.0, LOW_PUT: -2.0}})]),
    chances=st.dictionaries(st.sampled_from([*VENUES, "main"]), st.sampled_from([0.01, 0.2, 1.0])),
    least_success=st.sampled_from([0.0, 0.7, 0.98]),
    tail=st.sampled_from([None, Tail(weight=0.5)]),
    schedule=st.sampled_from([None, in_time(10).schedule, in_time(1).schedule]),
)


@settings(max_examples=6, deadline=None)
@given(snapshots(), any_job, risks)
def test_every_careful_route_is_sound_and_keeps_what_it_was_told(snap: Snapshot, wish: Job, risk: Risk) -> None:
    graph = LiquidityGraph(snap)

    found = route(graph, wish, risk)

    if isinstance(found, Route):
        assert found.risk is not None
        assert not isinstance(verify_route(graph, wish, found), str)
        assert found.risk.success >= risk.least_success * (1 - 1e-9)
        assert found.risk.worth >= 0
        if risk.schedule is not None:
            assert (found.risk.ends_ms or 0) <= risk.schedule.within_ms
            assert all(part.cost.total <= wish.intent.max_debit(part.quantity) for part in found.parcels)


@settings(max_examples=8, deadline=None)
@given(snapshots(), jobs(packages()))
def test_without_any_risk_the_route_is_the_usual_one(snap: Snapshot, wish: Job) -> None:
    graph = LiquidityGraph(snap)
    usual, careful = usual_route(graph, wish), route(graph, wish, Risk())

    assert isinstance(usual, Route) == isinstance(careful, Route)
    if isinstance(usual, Route) and isinstance(careful, Route):
        assert careful.surplus == usual.surplus


@pytest.mark.parametrize("failure", list(Failure))
def test_whatever_fails_in_the_optimiser_is_named_and_a_simple_route_stands(
    failure: Failure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Program, "attempt", lambda *_, **__: failure)

    found = route(
        LiquidityGraph(market()), job(LONG_PUT, 10, 60.0), Risk(chances={"amm.home": 0.01}, least_success=0.5)
    )

    assert isinstance(found, Route)
    assert found.engine in {"path", "greedy"}
    assert found.failures == (failure,)


def test_a_route_that_does_not_keep_its_risks_is_told_so() -> None:
    graph, wish = LiquidityGraph(market()), job(LONG_PUT, 10, 60.0)
    usual = usual_route(graph, wish)
    assert isinstance(usual, Route)
    names = {order.venue for part in usual.parcels for order in part.orders}

    shaky, late = Risk(chances=dict.fromkeys(names, 0.5), least_success=0.9), in_time(1 / 60)
    assert "the floor is" in str(assessed(graph, wish, shaky, usual))
    assert "within 1000 ms" in str(assessed(graph, wish, late, usual))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -1.0])
def test_a_risk_that_makes_no_sense_is_refused_where_it_is_stated(number: float) -> None:
    makers = (
        lambda: Margin(rate=number),
        lambda: Tail(weight=number),
        lambda: Tail(weight=1.0, share=number),
        lambda: Risk(least_success=number),
        lambda: Risk(chances={"venue": number}),
    )

    for made in makers:
        with pytest.raises(ValueError, match=str(number)):
            made()
