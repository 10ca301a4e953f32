"""Constraints that leave an intent no route: none can be left out, and together they suffice."""

from dataclasses import replace

import pytest

from intents import builders
from solvernet.irreducible import Group, Irreducible, irreducible, least_limit
from solvers.routing.problem import Job, Route
from solvers.routing.router import route
from tests.auction.stage import PUT
from tests.solvers.small_market import AWAY, HOME, amm, bridge, job, market, options, snapshot, view
from venues.graph import LiquidityGraph
from venues.snapshot import Snapshot

LONG_PUT = builders.single(PUT)


def found(snap: Snapshot, wish: Job) -> Irreducible | None:
    return irreducible(LiquidityGraph(snap), wish, 50, 1)


def groups(snap: Snapshot, wish: Job) -> tuple[Group, ...]:
    kept = found(snap, wish)
    assert kept is not None
    return kept.groups


def has_route(snap: Snapshot, wish: Job, limit: int) -> bool:
    changed = replace(wish, intent=wish.intent.model_copy(update={"limit": limit}))
    return isinstance(route(LiquidityGraph(snap), changed, nodes=50), Route)


def test_an_intent_with_a_route_has_nothing_to_explain() -> None:
    assert found(market(), job(LONG_PUT, 5, 12.0)) is None


def test_a_limit_far_below_every_price_is_all_that_binds() -> None:
    assert groups(market(), job(LONG_PUT, 5, 0.5)) == ("limit",)


def test_a_limit_that_only_gas_breaks_binds_together_with_gas() -> None:
    small = snapshot(view(HOME, [amm("amm.home", HOME)]))
    wish = job(LONG_PUT, 0.05, 12.0)
    free = least_limit(
        LiquidityGraph(replace(small, chains=tuple(replace(c, gas_price_wei=0) for c in small.chains))), wish, 50
    )
    assert free is not None

    tight = replace(wish, intent=wish.intent.model_copy(update={"limit": free}))

    assert groups(small, tight) == ("gas", "limit")


def test_all_or_none_of_more_than_anybody_sells_is_a_matter_of_size() -> None:
    small = snapshot(view(HOME, [amm("amm.home", HOME, max_trade=options(10))]))

    assert groups(small, job(LONG_PUT, 50, 60.0, fill="all_or_none")) == ("size",)


def test_a_halted_venue_binds_where_it_is_the_only_one() -> None:
    small = snapshot(view(HOME, [replace(amm("amm.home", HOME), status="unavailable")]))

    assert groups(small, job(LONG_PUT, 5, 60.0)) == ("outages",)


def test_a_chain_that_the_owner_does_not_accept_binds_where_nobody_sells_at_home() -> None:
    first, second = bridge()
    snap = snapshot(view(HOME, [], [first]), view(AWAY, [amm("amm.away", AWAY)], [second]))

    assert groups(snap, job(LONG_PUT, 5, 60.0, chains=(HOME,))) == ("chains",)


def test_a_venue_that_the_owner_does_not_allow_binds_where_it_is_the_only_one() -> None:
    small = snapshot(view(HOME, [amm("amm.home", HOME)]))

    assert groups(small, job(LONG_PUT, 5, 60.0, venues=("book.home",))) == ("venues",)


def test_nothing_helps_where_nobody_trades_what_is_wanted() -> None:
    assert found(snapshot(view(HOME)), job(LONG_PUT, 5, 60.0)) == Irreducible(
        round=1, groups=(), cures=(), least_limit=None
    )


@pytest.mark.parametrize(("quantity", "fill"), [(0.05, "all_or_none"), (40.0, "partial")])
def test_the_least_limit_has_a_route_and_one_unit_less_has_none(quantity: float, fill: str) -> None:
    wish = job(LONG_PUT, quantity, 0.1, fill=fill)

    least = least_limit(LiquidityGraph(market()), wish, 50)

    assert least is not None
    assert has_route(market(), wish, least)
    assert not has_route(market(), wish, least - 1)


def test_of_two_reasons_each_sufficient_one_is_named_and_neither_cures_alone() -> None:
    closed = replace(amm("amm.home", HOME, max_trade=options(10)), status="unavailable")

    kept = found(snapshot(view(HOME, [closed])), job(LONG_PUT, 50, 60.0, fill="all_or_none"))

    assert kept is not None
    assert (kept.groups, kept.cures) == (("size",), ())


def test_a_limit_that_binds_alone_is_cured_by_a_higher_one() -> None:
    kept = found(market(), job(LONG_PUT, 5, 0.5))

    assert kept is not None
    assert kept.cures == ("limit",)
