"""Bids made to break the auctioneer, or to keep others from winning."""

from dataclasses import replace
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from auction.round import close
from auction.scoring import check
from intents import builders
from intents.assets import ETH_UNIT
from intents.intent import LOT
from solvers.bid import Bid, BidFill
from solvers.messages import BidSheet
from tests.auction.stage import (
    CALL,
    PUT,
    RIVAL,
    SOLVER,
    altered,
    bid,
    held,
    joined,
    signed,
    tampered,
    tender,
)
from tests.auction.test_scoring import CASH, LONG_PUT, code, one
from tests.solvers.small_market import AWAY, EXPIRY, HOME, ISLAND, OTHER, dollars, options
from venues.markets.venue import Order

numbers = st.one_of(
    st.integers(-2, 3),
    st.sampled_from([LOT, options(1), options(5), dollars(40), 10**30, 2**200, 2**255 - 1]),
    st.integers(0, 2**255 - 1),
)


names = st.sampled_from([PUT, CALL, "ETH", "USDC", "", "ETH-27MAR20-9999999-C", "BTC-27MAR20-120-P", "é"])


venues = st.sampled_from(["amm.home", "pool.home", "amm.away", "book.away", "nowhere", ""])


chains = st.sampled_from([HOME, HOME, HOME, AWAY, ISLAND, "", "x" * 41])


def _bounded(fill: BidFill, bound: int) -> tuple[Order, ...]:
    """Return the orders of a fill with another bound."""
    return tuple(replace(order, bound=abs(bound)) for order in fill.orders)


@st.composite
def hostile(draw: st.DrawFn, honest: Bid) -> Bid:
    """Draw a well-formed bid that keeps some of an honest one's fields."""
    fills = []
    for fill in honest.fills:
        size = st.just(fill.quantity) | numbers.map(abs)
        order = st.builds(
            Order,
            venue=venues,
            instrument=names,
            side=st.sampled_from(["buy", "sell"]),
            quantity=size,
            bound=numbers.map(abs),
        )
        changes: dict[str, st.SearchStrategy[object]] = {
            "quantity": size,
            "debit": numbers | numbers.map(lambda n: -n),
            "chain": chains,
            "legs": st.dictionaries(names, numbers | numbers.map(lambda n: -n), max_size=3),
            "orders": st.lists(order, max_size=3).map(tuple) | numbers.map(partial(_bounded, fill)),
        }
        kept = draw(st.sets(st.sampled_from(sorted(changes)), min_size=2))
        fills.append(altered(fill, **{key: draw(how) for key, how in changes.items() if key not in kept}))
    return honest.model_copy(update={"fills": tuple(fills)})


ROUND = tender(
    signed(LONG_PUT, 5, 30.0, nonce=1),
    signed(builders.hedge(EXPIRY, 140), 4, 60.0, nonce=2),
    signed(builders.covered_call(EXPIRY, 140), 3, 160.0, nonce=3, owner=OTHER.address),
)


HONEST = [bid(ROUND, which=i) for i in range(3)]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_bid_however_hostile_keeps_an_honest_one_from_winning(data: st.DataObject) -> None:
    """Nor does one break the auctioneer: what is not dropped with a reason has a score that its solver can pay for."""
    target = data.draw(st.sampled_from(HONEST))
    evil = data.draw(
        hostile(joined(target, HONEST[1]) if data.draw(st.booleans()) and target is not HONEST[1] else target)
    )
    evil = evil.model_copy(update={"solver": RIVAL})
    good = HONEST[0]
    sheets = [BidSheet(solver=SOLVER, round=1, bids=(good,)), BidSheet(solver=RIVAL, round=1, bids=(evil,))]

    result = close(sheets, ROUND, CASH, b"tie")

    assert result.gap == 0.0
    assert result.conflicts == ()
    assert result.score >= held(check(good, 0, ROUND)).score
    for scored in result.scored:
        assert all(need <= CASH[scored.bid.solver, chain] for chain, need in scored.needs.items())


def test_what_a_solver_holds_in_ether_is_checked_as_well() -> None:
    """The fuzz above relies on it: selling ether that is not there must not make anybody rich."""
    made = one()
    sale = Order(venue="pool.home", instrument="ETH", side="sell", quantity=200_000 * ETH_UNIT, bound=0)
    honest = bid(made)

    assert code(made, tampered(honest, orders=(*honest.fills[0].orders, sale))) == "simulation"
