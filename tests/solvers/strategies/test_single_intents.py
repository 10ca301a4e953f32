import pytest

from intents import builders
from solvers.bid import Bid
from solvers.routing.problem import Job
from solvers.solver import Batch, Solver, batch_of
from solvers.strategies.convex import Convex
from solvers.strategies.greedy import Greedy
from solvers.strategies.single_path import SinglePath
from tests.solvers.rounds import announce
from tests.solvers.small_market import EXPIRY, job, market, options
from venues.snapshot import Snapshot

PUT = builders.option(EXPIRY, 120, "P")
LONG_PUT = builders.single(PUT)
HEDGE = builders.hedge(EXPIRY, 130)
STRATEGIES = (SinglePath, Greedy, Convex)


def batch(*jobs: Job, snapshot: Snapshot | None = None, secret: bytes = b"x") -> Batch:
    return batch_of(announce(snapshot or market(), *jobs), "me", secret)


def bids(solver: Solver, made: Batch) -> list[Bid]:
    return [bid for bid in solver.solve(made) if bid is not None]


def total(bid: Bid) -> int:
    return sum(fill.debit for fill in bid.fills)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_intent_with_a_route_gets_one_bid(strategy: type[Solver]) -> None:
    made = batch(job(LONG_PUT, 5, 40.0, nonce=1), job(LONG_PUT, 5, 0.01, nonce=2), job(HEDGE, 5, 40.0, nonce=3))

    assert [bid.intents for bid in bids(strategy(), made)] == [
        (made.intents[0].intent_id,),
        (made.intents[2].intent_id,),
    ]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_intents_get_no_bids(strategy: type[Solver]) -> None:
    assert bids(strategy(), batch()) == []


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_markup_raises_the_bid(strategy: type[Solver]) -> None:
    made = batch(job(LONG_PUT, 5, 40.0))
    (cheap,), (dear,) = (bids(strategy(markup_bps=bps), made) for bps in (0.0, 30.0))  # type: ignore[call-arg]

    assert total(dear) - total(cheap) == made.notional(options(5)) * 30 // 10_000


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_private_part_of_a_markup_is_drawn_for_every_solver_and_intent(strategy: type[Solver]) -> None:
    wishes = job(LONG_PUT, 5, 40.0, nonce=1), job(LONG_PUT, 5, 40.0, nonce=2)
    one, again, other = (
        [total(bid) for bid in bids(strategy(private_bps=5.0), batch(*wishes, secret=secret))]  # type: ignore[call-arg]
        for secret in (b"x", b"x", b"y")
    )

    assert one == again
    assert len({*one, *other}) == 4


def test_the_more_a_strategy_searches_the_less_its_bid_asks() -> None:
    made = batch(job(HEDGE, 20, 60.0))
    asked = [total(bids(strategy(markup_bps=0.0), made)[0]) for strategy in STRATEGIES]

    assert asked == sorted(asked, reverse=True)
    assert asked[-1] < asked[0]
