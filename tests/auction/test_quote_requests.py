"""The auctioneer asks desks for what open intents want, shortly before a round."""

from dataclasses import replace

import pytest

from auction.quote_requests import QuoteRequests, RoundTimes
from intents import builders
from tests.auction.hall import hall
from tests.venues.calls.stage import options, signed
from tests.venues.small_world import L2, START_MS
from venues.markets.rfq import RfqDesk

TIMES = RoundTimes(start_ms=START_MS, every_ms=300_000, lead_ms=60_000)
SPREAD = "-1*ETH-27MAR20-120-P&1*ETH-27MAR20-140-P"


def asked(lead_until_ms: int, *wishes: dict[str, object]) -> dict[str, float]:
    """Return what a desk has been asked for by an instant after the start, in options."""
    here = hall()
    world = here.auctioneer.world
    chain = world.chain(L2)
    desk = RfqDesk(id="desk", chain=L2, fee_account="f", blind_ms=5_000, life_ms=300_000)
    chain.state = chain.state.with_venue(desk)
    here.auctioneer.watch(QuoteRequests(here.auctioneer.book, TIMES, "auctioneer"))
    for number, wish in enumerate(wishes):
        here.post(signed(nonce=number + 1, **wish))
    here.auctioneer.advance(START_MS + lead_until_ms)
    found = world.state(L2).venues["desk"]
    assert isinstance(found, RfqDesk)
    return {name: request.amount / options(1) for name, request in found.requests.items()}


def test_nothing_is_asked_long_before_a_round() -> None:
    assert asked(239_000, {"quantity": 2.0}) == {}


def test_each_structure_is_asked_for_once_for_the_largest_amount() -> None:
    assert asked(245_000, {"quantity": 2.0}, {"quantity": 5.0}, {"quantity": 3.0}) == {"ETH-27MAR20-140-P": 5.0}


def test_a_spread_is_asked_for_as_one() -> None:
    want = builders.vertical("27MAR20", 140, 120, "P")

    assert asked(245_000, {"quantity": 2.0, "want": want}) == {SPREAD: 2.0}


def test_nothing_is_asked_for_what_a_desk_does_not_quote() -> None:
    assert asked(245_000, {"quantity": 2.0, "want": builders.collar("27MAR20", 120, 160)}) == {}


@pytest.mark.parametrize(
    ("at", "near"), [(0, False), (239_999, False), (240_000, True), (299_999, True), (300_000, False)]
)
def test_a_round_is_near_within_the_lead(at: int, near: bool) -> None:
    assert TIMES.is_near(START_MS + at) is near
    assert replace(TIMES, lead_ms=0).is_near(START_MS + at) is False
