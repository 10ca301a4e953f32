from collections.abc import Sequence
from dataclasses import replace

from intents import builders
from solvers.bid import Bid
from solvers.messages import Notice
from solvers.solver import Batch, batch_of
from solvers.strategies.careful import Careful
from tests.solvers.rounds import announce
from tests.solvers.small_market import AWAY, EXPIRY, HOME, dollars, job, market
from venues.snapshot import Holdings, Snapshot

PUT = builders.option(EXPIRY, 120, "P")
WISH = job(builders.single(PUT), 10, 40.0)


def batch(snapshot: Snapshot | None = None) -> Batch:
    return batch_of(announce(snapshot or market(), WISH), "careful", b"x")


def venues(bids: Sequence[Bid | None]) -> set[str]:
    return {order.venue for bid in bids if bid is not None for fill in bid.fills for order in fill.orders}


def test_a_solver_without_cash_away_delivers_at_home() -> None:
    (bid,) = Careful().solve(batch())

    assert bid is not None
    assert {fill.chain for fill in bid.fills} == {"eip155:1"}


def funded(home: int, away: int) -> Snapshot:
    """Return the usual market with some cash of the solver's on either chain."""
    usual, cash = market(), {HOME: dollars(home), AWAY: dollars(away)}
    held = {chain: {"careful": Holdings(cash=cash[chain], ether=0, gas=0)} for chain in cash}
    return replace(usual, chains=tuple(replace(view, holdings=held[view.chain]) for view in usual.chains))


def test_a_delivery_away_is_bid_for_only_where_its_cash_lies_already() -> None:
    wish = job(builders.single(PUT), 10, 40.0, chains=(AWAY,))
    rich, poor = (batch_of(announce(funded(1000, away), wish), "careful", b"x") for away in (500, 10))

    assert [bid is not None for bid in Careful().solve(rich)] == [True]
    assert Careful().solve(poor) == [None]
    assert rich.route(rich.intents[0])


def test_a_venue_that_keeps_failing_is_avoided_until_nothing_is_left() -> None:
    solver = Careful(least_success=0.9)
    first = venues(solver.solve(batch()))
    assert first == {"amm.home"}

    for _ in range(20):
        solver.on_settled(Notice(solver="careful", topic="failed", intent_id=WISH.intent_id))

    assert solver.solve(batch()) == [None]


def test_what_is_settled_restores_a_venue() -> None:
    solver = Careful(least_success=0.9)
    solver.solve(batch())

    for topic in ["failed"] * 20 + ["settled"] * 200:
        solver.on_settled(Notice(solver="careful", topic=topic, intent_id=WISH.intent_id))

    assert venues(solver.solve(batch())) == {"amm.home"}


def test_news_of_an_intent_it_never_routed_count_for_nothing() -> None:
    solver = Careful()
    solver.on_settled(Notice(solver="careful", topic="failed", intent_id="0" * 64))

    assert venues(solver.solve(batch())) == {"amm.home"}
