"""The promise of claims, on real venues: whatever wins a round can be executed in any order."""

from dataclasses import replace
from typing import Final

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auction.round import RoundResult, close
from auction.scoring import Tender, execute, plans_of
from intents.signing import intent_id
from solvers.bid import Bid
from solvers.messages import BidSheet
from solvers.routing.problem import EngineName
from tests.auction.stage import RICH, altered, batch, signed, states
from tests.solvers.random_markets import fair_value, snapshots, usual_wants
from tests.solvers.small_market import AWAY, HOME
from venues.chains.transaction import Reverted

SOLVERS: Final[dict[str, EngineName]] = {"a": "path", "b": "greedy", "c": "path"}
CASH: Final = {(name, chain): RICH.cash for name in SOLVERS for chain in (HOME, AWAY)}


@st.composite
def tenders(draw: st.DrawFn) -> Tender:
    """Draw a round on a random market whose intents want the same few series, so that they compete for venues."""
    snapshot = draw(snapshots())
    wants = draw(st.lists(usual_wants(), min_size=1, max_size=2))
    found = {}
    for nonce in range(draw(st.integers(2, 5))):
        want = draw(st.sampled_from(wants))
        limit = fair_value(want) * 1.5 + draw(st.sampled_from([5.0, 40.0]))
        document = signed(want, draw(st.integers(50, 6000)) / 100, limit, nonce=nonce)
        found[intent_id(document.intent)] = (document, document.intent.quantity)
    made = states(snapshot, solvers=dict.fromkeys(SOLVERS, RICH), vault=100_000_000)
    return Tender(round=1, snapshot=snapshot, states=made, intents=found)


def sheets(draw: st.DrawFn, made: Tender) -> list[BidSheet]:
    """Draw what the solvers bid: routes with their bounds, some of them much wider."""
    found = []
    for solver, engine in SOLVERS.items():
        view = batch(made, solver)
        bids = []
        for job in view.intents:
            bid = view.route(job, engine=engine).to_bid(markup_bps=draw(st.sampled_from([0, 3, 50])))
            if bid is not None:
                bids.append(_loosened(bid, draw(st.sampled_from([0, 0, 20, 300]))))
        found.append(BidSheet(solver=solver, round=1, bids=tuple(bids)))
    return found


def _loosened(bid: Bid, percent: int) -> Bid:
    """Return a bid whose orders bear prices that are worse by a percentage."""
    fills = []
    for fill in bid.fills:
        orders = []
        for order in fill.orders:
            bound = (
                order.bound * (100 + percent) // 100 if order.side == "buy" else order.bound * 100 // (100 + percent)
            )
            orders.append(replace(order, bound=bound))
        fills.append(altered(fill, orders=tuple(orders)))
    return bid.model_copy(update={"fills": tuple(fills)})


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Tender, RoundResult]:
    """Draw a closed round with at least two winners."""
    made = draw(tenders())
    result = close(sheets(draw, made), made, CASH, b"tie")
    assume(len(result.winners) > 1)
    return made, result


@settings(max_examples=60, deadline=None)
@given(rounds(), st.data())
def test_what_wins_executes_in_any_order(closed: tuple[Tender, RoundResult], data: st.DataObject) -> None:
    made, result = closed
    order = data.draw(st.permutations(result.winners))

    plans = [plan for scored in order for plan in plans_of(scored.bid, scored.position, made)]

    assert not isinstance(execute(plans, made.states, made.snapshot.time_ms), Reverted)
    assert result.conflicts == ()


@settings(max_examples=30, deadline=None)
@given(rounds(), st.data())
def test_any_part_of_what_wins_executes_as_well(closed: tuple[Tender, RoundResult], data: st.DataObject) -> None:
    made, result = closed
    part = data.draw(st.lists(st.sampled_from(result.winners), unique_by=lambda s: (s.bid.solver, s.position)))

    plans = [plan for scored in part for plan in plans_of(scored.bid, scored.position, made)]

    assert not isinstance(execute(plans, made.states, made.snapshot.time_ms), Reverted)
