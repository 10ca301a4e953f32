"""What a block producer has before it, and what it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from venues.chains.background import Pool, Wei
from venues.chains.rules import ChainRules
from venues.chains.transaction import Ledger, Transaction

S = TypeVar("S", bound=Ledger)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate(Generic[S]):
    """What the producer of a block is obliged to."""

    first: tuple[Transaction[S], ...] = ()
    """Transactions at the head of the block, in order; they need not have waited in the pool."""

    messages: int = 0
    """How many of them came through the L1."""

    is_closed: bool = False
    """Whether nothing else may get in."""

    barred: frozenset[str] = frozenset()
    """Names of waiting transactions that stay out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Private(Generic[S]):
    """A transaction that only some builders know of."""

    transaction: Transaction[S]
    builders: frozenset[str]
    last_block: int
    """Number of the last block that may hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk(Generic[S]):
    """What lies before the producer of a block."""

    rules: ChainRules
    since_ms: int
    """Time of the last block."""

    time_ms: int
    base_fee_wei: int
    pool: Pool
    """Everybody else's transactions that waited already."""

    new: Pool
    """Those that came since the last block."""

    waiting: Sequence[Transaction[S]]
    """The scenario's own, in the order in which they came."""

    nonces: Mapping[str, int]
    """Next nonce of each sender who counts them."""

    express: str | None = None
    """Who holds the express lane."""

    mandate: Mandate[S] | None = None
    private: Mapping[str, Private[S]] = field(default_factory=dict)
    """What was handed to builders, by transaction; each looks at its own only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked(Generic[S]):
    """What the producer does with it."""

    pool: Pool
    """Everybody else's transactions, old and new, in the order in which they are taken."""

    prices: Wei
    """What each of them pays for a unit of gas."""

    taken: int
    """How many of them are in the block."""

    chosen: tuple[Transaction[S], ...]
    """The scenario's own transactions in the block, in order."""

    dropped: tuple[Transaction[S], ...]
    """Those that the pool gives up on."""

    promised: Mapping[str, int] = field(default_factory=dict)
    """When those of `chosen` were promised their place, if that was before the block."""


def unit_price(transaction: Transaction[S], rules: ChainRules, base_fee_wei: int) -> int:
    """Return what a transaction would pay for a unit of gas, in wei."""
    if rules.base_fee is None:
        return transaction.max_fee_wei
    if rules.arrival is not None:
        return base_fee_wei
    return min(transaction.max_fee_wei, base_fee_wei + transaction.tip_wei)
