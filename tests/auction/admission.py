"""A book of intents as tests fill it."""

from auction.book import Entry, IntentBook, Listing
from intents import builders
from intents.intent import SignedIntent
from intents.lifecycle import State
from tests.auction.stage import PUT, signed
from tests.solvers.small_market import AWAY, HOME, NOW_MS, OWNER, dollars, symbols

LISTING = Listing(
    chains=frozenset({HOME, AWAY}), instruments=frozenset(symbols()), venues=frozenset({"amm.home", "book.away"})
)


LONG_PUT = builders.single(PUT)


HOUR_MS = 3_600_000


def rich(dollar: float = 10_000.0, *, owner: str = OWNER.address, chain: str = HOME) -> dict[tuple[str, str], int]:
    return {(owner, chain): dollars(dollar)}


def book(*admitted: SignedIntent) -> IntentBook:
    made = IntentBook(LISTING)
    for document in admitted:
        assert isinstance(made.admit(document, NOW_MS, rich(10**9)), Entry)
    return made


def put(quantity: float = 5, limit: float = 12.0, **fields: object) -> SignedIntent:
    return signed(LONG_PUT, quantity, limit, **fields)


def only(made: IntentBook) -> Entry:
    (entry,) = made.entries()
    return entry


def walked(made: IntentBook, *states: State) -> Entry:
    """Take the only intent along its way."""
    entry = only(made)
    for state in states:
        made.move(entry, state, NOW_MS)
    return entry
