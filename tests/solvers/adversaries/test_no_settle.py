import pytest

from intents import builders
from solvers.adversaries.no_settle import NoSettle
from solvers.messages import Award
from solvers.solver import batch_of
from tests.solvers.rounds import announce
from tests.solvers.small_market import EXPIRY, job, market

LONG_PUT = builders.single(builders.option(EXPIRY, 120, "P"))


def award(*won: int) -> Award:
    return Award(round=1, solver="no-settle", won=won, results=())


def test_it_bids_below_what_its_route_costs() -> None:
    batch = batch_of(announce(market(), job(LONG_PUT, 5, 40.0)), "no-settle", b"x")
    honest = batch.route(batch.intents[0], engine="path").to_bid()

    (bid,) = NoSettle(discount_bps=20.0).solve(batch)

    assert bid is not None
    assert honest is not None
    assert bid.fills[0].debit < honest.fills[0].debit


def test_it_settles_nothing() -> None:
    assert list(NoSettle().on_award(award(0, 1, 2))) == []


@pytest.mark.parametrize(("every", "kept"), [(1, [0, 1, 2, 5]), (2, [1, 5]), (3, [2])])
def test_it_can_settle_one_win_in_so_many(every: int, kept: list[int]) -> None:
    solver = NoSettle(settles_every=every)

    assert [*solver.on_award(award(0, 1, 2)), *solver.on_award(award(5))] == kept
