"""A round on the market that the tests of solvers trade on: signed intents, the states of the chains, and bids."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from eth_account.signers.local import LocalAccount
from immutables import Map

from auction.scoring import Dropped, Scored, Tender, check
from intents import builders
from intents.assets import ETH_UNIT
from intents.intent import SignedIntent
from intents.signing import intent_id, sign
from intents.wants import Package, Payoff
from solvers.bid import Bid, BidFill
from solvers.routing.problem import EngineName, Job
from solvers.solver import Batch, batch_of
from tests.solvers.rounds import announce
from tests.solvers.small_market import EXPIRY, OTHER, OWNER, dollars, intent, market
from venues.chain_state import Answer, ChainState
from venues.clearing import Account, ClearingHouse
from venues.escrow import Escrow
from venues.markets.clob import OrderBook
from venues.markets.option_amm import OptionAmm
from venues.snapshot import Snapshot

SOLVER: Final = "solver"
RIVAL: Final = "rival"
RICH: Final = Account(dollars(10_000_000), 100_000 * ETH_UNIT)
PUT: Final = builders.option(EXPIRY, 120, "P")
CALL: Final = builders.option(EXPIRY, 140, "C")

_KEYS: Final = {OWNER.address: OWNER, OTHER.address: OTHER}


@lru_cache(maxsize=4096)
def _signature(document: str, keys: LocalAccount) -> SignedIntent:
    return sign(intent(builders.single(PUT), 1, 1).model_validate_json(document), keys)


def signed(want: Package | Payoff, quantity: float, limit: float, **fields: object) -> SignedIntent:
    """Return a signed intent: `quantity` in options, `limit` in dollars for each unit."""
    made = intent(want, quantity, limit, **fields)
    return _signature(made.model_dump_json(), _KEYS[made.owner])


def states(
    snapshot: Snapshot, *, solvers: Mapping[str, Account] | None = None, vault: float = 1_000_000
) -> dict[str, ChainState]:
    """Return the chains behind a snapshot: makers are rich, both owners have `vault` dollars on every chain."""
    accounts = {SOLVER: RICH, RIVAL: RICH} if solvers is None else dict(solvers)
    found = {}
    for view in snapshot.chains:
        makers = {venue.account for venue in view.venues if isinstance(venue, OptionAmm)}
        for venue in view.venues:
            if isinstance(venue, OrderBook):
                rest = [order for book in venue.books.values() for order in (*book.bids, *book.asks)]
                makers |= {order.owner for order in rest}
        found[view.chain] = ChainState(
            chain=view.chain,
            clearing=ClearingHouse(accounts=Map(dict.fromkeys(sorted(makers), RICH) | accounts)),
            escrow=Escrow(vaults=Map({OWNER.address: dollars(vault), OTHER.address: dollars(vault)})),
            venues=Map({venue.id: venue for venue in view.venues}),
            bridges=Map({port.id: port for port in view.bridges}),
            answer=Answer(view.spot, snapshot.time_ms, snapshot.time_ms),
        )
    return found


def tender(*documents: SignedIntent, snapshot: Snapshot | None = None, **fields: object) -> Tender:
    """Return round 1 with these intents, nothing of them filled; `fields` replace parts of it."""
    found = snapshot or market()
    left = {intent_id(document.intent): (document, document.intent.quantity) for document in documents}
    made = Tender(round=1, snapshot=found, states=states(found), intents=left)
    return replace(made, **fields)  # type: ignore[arg-type]


def batch(made: Tender, solver: str = SOLVER) -> Batch:
    """Return a round as one solver sees it."""
    jobs = [
        Job(intent_id=name, intent=document.intent, remaining=left) for name, (document, left) in made.intents.items()
    ]
    return batch_of(announce(made.snapshot, *jobs, number=made.round), solver, b"secret")


def bid(
    made: Tender, solver: str = SOLVER, *, which: int = 0, engine: EngineName = "path", markup_bps: float = 0.0
) -> Bid:
    """Return a solver's honest bid on one of the intents of a round."""
    found = batch(made, solver)
    answer = found.route(found.intents[which], engine=engine).to_bid(markup_bps=markup_bps)
    assert answer is not None
    return answer


def joined(*bids: Bid) -> Bid:
    """Return one bid with the fills of several of one solver."""
    return bids[0].model_copy(update={"fills": tuple(fill for each in bids for fill in each.fills)})


def tampered(honest: Bid, **fields: object) -> Bid:
    """Return a bid with fields of its first fill replaced."""
    return honest.model_copy(update={"fills": (altered(honest.fills[0], **fields), *honest.fills[1:])})


def roomy(honest: Bid) -> Bid:
    """Return a bid whose orders to buy may cost twice as much, so that it holds beside others."""
    fills = []
    for fill in honest.fills:
        orders = [replace(order, bound=order.bound * (2 if order.side == "buy" else 0)) for order in fill.orders]
        fills.append(altered(fill, orders=tuple(orders)))
    return honest.model_copy(update={"fills": tuple(fills)})


def altered(fill: BidFill, **fields: object) -> BidFill:
    """Return a fill with fields replaced."""
    return fill.model_copy(update=fields)


def held(answer: Scored | Dropped) -> Scored:
    """Return the scored bid that a check must have found."""
    assert isinstance(answer, Scored), answer
    return answer


def scored(made: Tender, bids: Sequence[Bid]) -> list[Scored]:
    """Return bids that all hold, each at its solver's first position."""
    return [held(check(each, 0, made)) for each in bids]
