"""The promise of claims, on real venues: whatever wins a round can be executed in any order.

Owners have several intents at once, and boards of option market makers are traded in both directions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from eth_account import Account as Keys
from eth_account.signers.local import LocalAccount
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from immutables import Map

from auction.claims import merged_claims
from auction.round import RoundResult, close
from auction.scoring import Scored, Tender, check, execute, plans_of
from intents import builders
from intents.intent import SignedIntent
from intents.signing import intent_id, sign
from intents.wants import Package, Payoff
from solvers.bid import Bid
from solvers.messages import BidSheet
from solvers.routing.problem import EngineName
from tests.auction.stage import CALL, PUT, RICH, RIVAL, SOLVER, altered, batch, bid, signed, states, tender
from tests.solvers.random_markets import fair_value, snapshots, usual_wants
from tests.solvers.small_market import (
    AWAY,
    EXPIRY,
    HOME,
    OTHER,
    OWNER,
    amm,
    dollars,
    intent,
    options,
    pool,
    snapshot,
    view,
)
from venues.chains.transaction import Reverted
from venues.clearing import Account
from venues.escrow import Escrow
from venues.markets.venue import Claim
from venues.snapshot import Snapshot

SOLVERS: Final[dict[str, EngineName]] = {"a": "path", "b": "greedy", "c": "path"}
CASH: Final = {(name, chain): RICH.cash for name in SOLVERS for chain in (HOME, AWAY)}


@st.composite
def tenders(draw: st.DrawFn) -> Tender:
    """Draw a round on a random market whose intents want the same few series, so that they compete for venues."""
    wants = draw(st.lists(usual_wants(), min_size=1, max_size=2))
    sizes = st.integers(50, 6000).map(lambda lots: lots / 100)
    asked = draw(st.lists(st.tuples(st.sampled_from(wants), sizes), min_size=2, max_size=5))
    return _tender(draw, draw(snapshots()), asked)


@st.composite
def boards(draw: st.DrawFn) -> Tender:
    """Draw a round on one board near the volatility at which far calls are not traded, with flow both ways."""
    scene = snapshot(view(HOME, [amm("amm.home", HOME, iv=draw(st.floats(0.5, 0.6))), pool("pool.home", HOME)]))
    far, sold = builders.single(builders.option(EXPIRY, 160, "C")), builders.single(PUT, ratio=-1)
    bought = draw(st.lists(st.tuples(st.just(far), st.sampled_from([0.5, 2, 8])), min_size=1, max_size=2))
    return _tender(draw, scene, [*bought, *draw(st.lists(st.tuples(st.just(sold), st.integers(15, 60)), max_size=3))])


def _tender(draw: st.DrawFn, scene: Snapshot, asked: Sequence[tuple[Package | Payoff, float]]) -> Tender:
    """Draw a round in which some of three owners want what is asked, some of them with calls sold before."""
    found = {}
    for nonce, (want, quantity) in enumerate(asked):
        limit = fair_value(want) * 1.5 + draw(st.sampled_from([5.0, 40.0]))
        owner: LocalAccount = Keys.from_key(bytes([draw(st.integers(1, 3))]) * 32)
        document = sign(intent(want, quantity, limit, nonce=nonce, owner=owner.address), owner)
        found[intent_id(document.intent)] = (document, document.intent.quantity)
    made = states(scene, solvers=dict.fromkeys(SOLVERS, RICH) | draw(covered(found)))
    vaults = Map({document.intent.owner: dollars(10**8) for document, _ in found.values()})
    made = {name: replace(state, escrow=Escrow(vaults=vaults)) for name, state in made.items()}
    return Tender(round=1, snapshot=scene, states=made, intents=found)


@st.composite
def covered(draw: st.DrawFn, found: Mapping[str, tuple[SignedIntent, int]]) -> dict[str, Account]:
    """Draw accounts of some owners, with calls that they have sold and the ether that covers them, and no cash."""
    owners = sorted({document.intent.owner for document, _ in found.values()})
    sold = {owner: draw(st.sampled_from([0, 5, 60])) for owner in owners}
    return {owner: Account(0, options(many), {CALL: -options(many)}) for owner, many in sold.items() if many}


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
def rounds(draw: st.DrawFn, drawn: st.SearchStrategy[Tender]) -> tuple[Tender, RoundResult]:
    """Draw a closed round with at least two winners."""
    made = draw(drawn)
    result = close(sheets(draw, made), made, CASH, b"tie")
    assume(len(result.winners) > 1)
    return made, result


def reverted(made: Tender, order: Sequence[Scored]) -> Reverted | None:
    """Return why winners that execute one after the other do not all succeed, if so."""
    plans = [plan for scored in order for plan in plans_of(scored.bid, scored.position, made)]
    outcome = execute(plans, made.states, made.snapshot.time_ms)
    return outcome if isinstance(outcome, Reverted) else None


@settings(max_examples=45, deadline=None)
@given(rounds(tenders()), st.data())
def test_what_wins_executes_in_any_order(closed: tuple[Tender, RoundResult], data: st.DataObject) -> None:
    made, result = closed

    assert result.conflicts == ()
    assert reverted(made, data.draw(st.permutations(result.winners))) is None


@settings(max_examples=25, deadline=None)
@given(rounds(boards()), st.data())
def test_what_wins_on_a_board_that_is_traded_both_ways_executes_in_any_order(
    closed: tuple[Tender, RoundResult], data: st.DataObject
) -> None:
    made, result = closed

    assert result.conflicts == ()
    assert reverted(made, data.draw(st.permutations(result.winners))) is None


@settings(max_examples=20, deadline=None)
@given(rounds(tenders()), st.data())
def test_any_part_of_what_wins_executes_as_well(closed: tuple[Tender, RoundResult], data: st.DataObject) -> None:
    made, result = closed
    unique = st.lists(st.sampled_from(result.winners), unique_by=lambda s: (s.bid.solver, s.position))

    assert reverted(made, data.draw(unique)) is None


def test_sales_to_a_board_do_not_push_a_purchase_beyond_its_reach() -> None:
    """Fifty puts sold lower the volatility until the far call has no delta left to be traded at."""
    board = snapshot(view(HOME, [amm("amm.home", HOME, iv=0.52), pool("pool.home", HOME)]))
    far, sold = builders.option(EXPIRY, 160, "C"), builders.single(PUT, ratio=-1)
    made = tender(
        signed(builders.single(far), 1, 60.0, nonce=1),
        signed(sold, 50, -1.0, nonce=2, owner=OTHER.address),
        snapshot=board,
    )
    sheets = [
        BidSheet(solver=name, round=1, bids=(bid(made, name, which=i),)) for i, name in enumerate((SOLVER, RIVAL))
    ]
    cash = {(name, HOME): RICH.cash for name in (SOLVER, RIVAL)}

    sale_first = sorted(close(sheets, made, cash, b"tie").winners, key=lambda scored: scored.bid.solver)

    plans = [plan for scored in sale_first for plan in plans_of(scored.bid, scored.position, made)]
    assert not isinstance(execute(plans, made.states, made.snapshot.time_ms), Reverted)


def test_an_owner_whose_calls_are_covered_with_ether_can_buy_a_call_further_out() -> None:
    """One ether covers a short call whatever else is held, but a spread is asked for cash."""
    made = tender(signed(builders.single(builders.option(EXPIRY, 160, "C")), 5, 60.0))
    home = made.states[HOME]
    covered = Account(0, options(5), {CALL: -options(5)})
    accounts = home.clearing.accounts.set(OWNER.address, covered)

    states_now = {**made.states, HOME: replace(home, clearing=replace(home.clearing, accounts=accounts))}

    assert isinstance(check(bid(made), 0, replace(made, states=states_now)), Scored)


def test_merged_claims_come_in_order_of_name_whatever_the_order_of_the_parts() -> None:
    parts = [Claim("b", 1, 9), Claim("a", 2, 8), Claim("b", 3, 7)]

    assert merged_claims(parts) == merged_claims(parts[::-1]) == [Claim("a", 2, 8), Claim("b", 4, 7)]


def test_a_condition_leaves_others_what_the_orders_before_have_not_used() -> None:
    order = Claim("a:buy", 2, 9, (Claim("a:sell", 0, 6),))
    sale = Claim("a:sell", 4, 30)

    assert merged_claims([order]) == [Claim("a:buy", 2, 9), Claim("a:sell", 0, 6)]
    assert merged_claims([order, sale]) == [Claim("a:buy", 2, 9), Claim("a:sell", 4, 10)]
    assert merged_claims([sale, order]) == [Claim("a:buy", 2, 9), Claim("a:sell", 4, 6)]


def test_a_bid_that_used_up_its_own_condition_leaves_others_nothing_and_holds() -> None:
    """Sold five, bought three and then far out: it was simulated and fills, if nobody else sells."""
    far = Claim("a:buy", 1, 20, (Claim("a:sell", 0, 4),))

    merged = merged_claims([Claim("a:sell", 5, 30), Claim("a:buy", 3, 20), far])

    assert merged == [Claim("a:buy", 4, 20), Claim("a:sell", 5, 5)]
