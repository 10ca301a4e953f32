"""An owner with a vault on one chain, a solver, and an order book on that chain and on another one."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

from eth_account import Account as Keys
from eth_account.signers.local import LocalAccount
from immutables import Map

from intents.assets import ETH, OPTION_UNIT, USDC_UNIT
from intents.builders import single
from intents.intent import Intent, SignedIntent
from intents.signing import intent_id, sign
from intents.wants import Want
from tests.venues.small_world import L1, MINUTE_MS, PUT, START_MS, book, chain_state, pool
from venues.calls.fill_terms import FillTerms
from venues.calls.settlement import Claim, Deliver, Lock, Refund, Settle
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Call, Reverted
from venues.escrow import Escrow
from venues.markets.clob import Quote, requote
from venues.markets.venue import Order, Side

OWNER: Final[LocalAccount] = Keys.from_key(b"\x01" * 32)
STRANGER: Final[LocalAccount] = Keys.from_key(b"\x02" * 32)
NOW_MS: Final = START_MS + MINUTE_MS
DEADLINE_MS: Final = START_MS + 10 * MINUTE_MS
REFUND_MS: Final = START_MS + 20 * MINUTE_MS
VAULT: Final = 10_000 * USDC_UNIT

BUY: Final = single(PUT)
SELL: Final = single(PUT, ratio=-1)


def dollars(amount: float) -> int:
    """Return dollars in USDC base units."""
    return round(amount * USDC_UNIT)


def options(count: float) -> int:
    """Return a number of options in base units."""
    return round(count * 100) * (OPTION_UNIT // 100)


@lru_cache(maxsize=256)
def signed(
    want: Want = BUY,
    *,
    limit: float = 6.0,
    quantity: float = 10.0,
    keys: LocalAccount = OWNER,
    nonce: int = 1,
    chains: tuple[str, ...] = (),
    venues: tuple[str, ...] = (),
    minimum: float = 0.0,
) -> SignedIntent:
    """Return a signed intent at home on `L1`; by default to buy ten puts for at most six dollars each."""
    intent = Intent(
        owner=keys.address,
        nonce=nonce,
        home=L1,
        want=want,
        quantity=options(quantity),
        limit=dollars(limit),
        minimum=options(minimum),
        valid_from_ms=START_MS,
        valid_until_ms=DEADLINE_MS,
        chains=chains,
        venues=venues,
    )
    return sign(intent, keys)


def terms(
    document: SignedIntent | None = None,
    *,
    fill_id: str = "fill",
    chain: str = L1,
    quantity: float = 2.0,
    price: float = 5.5,
    legs: Mapping[str, int] | None = None,
) -> FillTerms:
    """Return the terms of a fill at a price in dollars for each unit, negative for a credit."""
    document = document or signed()
    want = document.intent.want
    units = want.unit_legs() if want.kind == "package" else {}
    due = {name: per_unit * options(quantity) // OPTION_UNIT for name, per_unit in units.items()}
    return FillTerms(
        fill_id=fill_id,
        intent_id=intent_id(document.intent),
        signed=document,
        solver="solver",
        chain=chain,
        quantity=options(quantity),
        debit=round(dollars(price) * quantity),
        legs=due if legs is None else legs,
    )


def orders(owed: FillTerms, price: float | None = None) -> tuple[Order, ...]:
    """Return the orders that bring the legs of a fill, with a bound in dollars for each unit or none."""
    found = []
    for name, quantity in owed.legs.items():
        side: Side = "buy" if quantity > 0 else "sell"
        worst = dollars(1000) if side == "buy" else 0
        bound = abs(quantity) * (dollars(price) if price is not None else worst) // OPTION_UNIT
        venue = "pool" if name == ETH else "book"
        found.append(Order(venue=venue, instrument=name, side=side, quantity=abs(quantity), bound=bound))
    return tuple(found)


def state(chain: str) -> ChainState:
    """Return a chain with puts at 4 bid and 5 asked, twenty of each, and the owner's vault if it is their home."""
    quotes = {PUT: ((Quote(dollars(4), options(20)),), (Quote(dollars(5), options(20)),))}
    made = chain_state(chain, requote(book(chain), "maker", quotes), pool(chain))
    return replace(made, escrow=Escrow(vaults=Map({OWNER.address: VAULT})) if chain == L1 else Escrow())


def block(chain: str = L1, time_ms: int = NOW_MS) -> Block:
    """Return a block of a chain."""
    return Block(chain, 1, time_ms)


def run(call: Call[ChainState], before: ChainState, time_ms: int = NOW_MS) -> Applied[ChainState] | Reverted:
    """Execute a call in a block of the state's chain."""
    return call.apply(before, block(before.chain, time_ms))


def applied(call: Call[ChainState], before: ChainState, time_ms: int = NOW_MS) -> ChainState:
    """Return the state after a call that goes through."""
    outcome = run(call, before, time_ms)
    assert isinstance(outcome, Applied), outcome
    return outcome.state


def refusal(call: Call[ChainState], before: ChainState, time_ms: int = NOW_MS) -> str:
    """Return the reason of a call that reverts."""
    outcome = run(call, before, time_ms)
    assert isinstance(outcome, Reverted), outcome
    return outcome.reason


def settle(owed: FillTerms, sent: tuple[Order, ...] | None = None) -> Settle:
    """Return the settlement of a fill at home."""
    sent = orders(owed) if sent is None else sent
    return Settle(terms=owed, orders=sent, deadline_ms=DEADLINE_MS, venue_gas=90_000)


def lock(owed: FillTerms) -> Lock:
    """Return the lock of a fill that is delivered elsewhere."""
    return Lock(terms=owed, refund_at_ms=REFUND_MS, deadline_ms=DEADLINE_MS)


def deliver(owed: FillTerms, sent: tuple[Order, ...] | None = None) -> Deliver:
    """Return the delivery of a fill away from home."""
    sent = orders(owed) if sent is None else sent
    return Deliver(terms=owed, orders=sent, deadline_ms=DEADLINE_MS, venue_gas=90_000)


def claim(owed: FillTerms) -> Claim:
    """Return the solver's claim on a lock."""
    return Claim(terms=owed)


def refund(owed: FillTerms) -> Refund:
    """Return the owner's claim on a lock that nobody claimed."""
    return Refund(fill_id=owed.fill_id, quantity=owed.quantity)


def proved(before: ChainState, owed: FillTerms) -> ChainState:
    """Return the state with the delivery of a fill proved."""
    return replace(before, proofs=before.proofs.set(owed.fill_id, NOW_MS))
