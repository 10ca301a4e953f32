from dataclasses import replace

import pytest

from intents import builders
from solvers.adversaries.walker import Walker
from solvers.messages import Award
from solvers.solver import Batch, batch_of
from tests.solvers.rounds import announce
from tests.solvers.small_market import EXPIRY, job, market

LONG_PUT = builders.single(builders.option(EXPIRY, 120, "P"))
WON = Award(round=1, solver="walker", won=(0, 2), results=())


def batch(moved_bps: int = 0) -> Batch:
    """Return a round in which the price of ether differs from the usual by so much."""
    found = market()
    found = replace(found, ether_price=found.ether_price * (10_000 + moved_bps) // 10_000)
    return batch_of(announce(found, job(LONG_PUT, 5, 40.0)), "walker", b"x")


def test_it_bids_what_its_route_costs() -> None:
    (bid,) = Walker().solve(batch())
    honest = batch().route(batch().intents[0], engine="path").to_bid()

    assert bid is not None
    assert honest is not None
    assert bid.fills[0].debit == honest.fills[0].debit


def test_it_keeps_what_it_wins_in_its_first_round() -> None:
    walker = Walker()
    walker.solve(batch())

    assert list(walker.on_award(WON)) == [0, 2]


@pytest.mark.parametrize(("moved_bps", "kept"), [(0, [0, 2]), (19, [0, 2]), (-19, [0, 2]), (25, []), (-25, [])])
def test_it_walks_away_when_the_price_has_moved_since_the_round_before(moved_bps: int, kept: list[int]) -> None:
    walker = Walker(threshold_bps=20.0)
    walker.solve(batch())
    walker.solve(batch(moved_bps))

    assert list(walker.on_award(WON)) == kept
