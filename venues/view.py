"""What the inhabitants of the world see of it, and how they act on it."""

from dataclasses import dataclass
from typing import Protocol

from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.transaction import Transaction
from venues.faults import Faults
from venues.passages import Passage
from venues.truth import Truth


class View(Protocol):
    """The world, for reading."""

    @property
    def truth(self) -> Truth:
        """The market itself."""

    @property
    def faults(self) -> Faults:
        """What is scheduled to go wrong."""

    def chain(self, chain_id: str) -> Chain[ChainState]:
        """Return a chain; inhabitants read its fees and do not advance it."""

    def state(self, chain_id: str) -> ChainState:
        """Return the state of a chain after its last block."""

    def on_its_way(self, bridge: str) -> tuple[Passage, ...]:
        """Return the transfers over a bridge that its other end has not been told of."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A transaction for a chain's pool."""

    chain: str
    transaction: Transaction[ChainState]
    replaces: str | None = None
    beside: "tuple[Offer, ...]" = ()
    """Transactions for other chains of the same sequencer that get in with this one, or not at all."""

    builders: frozenset[str] = frozenset()
    """Who alone is handed it; the public pool if nobody."""

    last_block: int = 0
    """Last block in which they may include it."""

    is_message: bool = False
    """Whether it is a signed message to a service beside the chain: it takes effect at once and pays no gas."""


class Agent(Protocol):
    """Somebody who acts at times of their own: an oracle, a maker, an arbitrageur, a keeper.

    An agent keeps no state: what it knows it reads from the world, so that a copy of the world needs no copy of it.
    """

    @property
    def name(self) -> str:
        """Unique name, and the account it pays from."""

    def next_ms(self, now_ms: int) -> int:
        """Return when it wants to act next, later than `now_ms`."""

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Return the transactions it sends."""
