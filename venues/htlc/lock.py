"""A hashed timelock: something set aside for whoever knows a secret in time, and for its owner afterwards.

Two of them make a swap. The maker locks on the source chain, the taker on the destination, both under the hash of a
secret that the maker chose. Who withdraws on one chain shows the secret, and so lets the other withdraw on the other.

A lock passes through stages, counted from the block that opened it: nothing may happen until the chain is final, then
the taker may withdraw, then anybody with the secret, then the taker may cancel, and on the source at last anybody. A
stage includes its first instant and excludes its last. What is withdrawn always goes to the recipient and what is
cancelled to the owner, whoever asks for it; a safety deposit pays whoever asks in a public stage.

Source: 1inch/cross-chain-swap, commit 60228e33, `contracts/EscrowSrc.sol`, `contracts/EscrowDst.sol` and
`contracts/BaseEscrow.sol`. There the taker pays both deposits and gets them back by completing; here each owner pays
their own, and gets it back when the taker completes in a private stage. Holding a token is no condition here for
calling in public.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from eth_utils.crypto import keccak

from intents.assets import ETH
from venues.htlc.timelocks import Schedule, Timelocks

Side = Literal["source", "destination"]
Ending = Literal["withdrawn", "cancelled"]

SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class LockTerms:
    """What is locked for whom."""

    id: str
    side: Side
    hash: str
    """Keccak-256 of the secret, in hex."""

    maker: str
    """Who gives on the source, receives on the destination, and chose the secret."""

    taker: str
    """Who gives on the destination and receives on the source."""

    asset: Literal["USDC", "ETH"]
    """Held in clearing accounts."""

    amount: int
    deposit_wei: int
    """Safety deposit, from the owner's wallet."""

    schedule: Schedule
    """What the parties agreed on, for both locks."""

    @property
    def timelocks(self) -> Timelocks:
        """Stages of this lock."""
        return self.schedule.source if self.side == "source" else self.schedule.destination

    @property
    def owner(self) -> str:
        """Who locks, and gets back what is cancelled."""
        return self.maker if self.side == "source" else self.taker

    @property
    def recipient(self) -> str:
        """Who gets what is withdrawn."""
        return self.taker if self.side == "source" else self.maker


@dataclass(frozen=True, slots=True, kw_only=True)
class HashLock:
    """A lock on its chain; an ended one is kept, so that its id is used once and its secret can be read."""

    terms: LockTerms
    opened_ms: int
    """Time of the block that opened it."""

    state: Literal["locked"] | Ending = "locked"
    secret: str = ""
    """In hex; known to everybody once it has been used here."""

    ended_by: str = ""
    ended_ms: int = 0
    """Time of the block that ended it."""

    is_public: bool = False
    """Whether it ended in a public stage, so that the deposit went to who ended it."""

    def holdings(self) -> Mapping[str, int]:
        """Return what it holds of each asset, the deposit among the ether; nothing once it has ended."""
        if self.state != "locked":
            return {}
        held = {ETH: self.terms.deposit_wei}
        held[self.terms.asset] = held.get(self.terms.asset, 0) + self.terms.amount
        return held

    def withdrawable(self, caller: str, time_ms: int) -> bool:
        """Return whether `caller` may withdraw at an instant, if they know the secret."""
        locks = self.terms.timelocks
        opens = locks.withdrawal_ms if caller == self.terms.taker else locks.public_withdrawal_ms
        return opens <= time_ms - self.opened_ms < locks.cancellation_ms

    def cancellable(self, caller: str, time_ms: int) -> bool:
        """Return whether `caller` may cancel at an instant."""
        locks = self.terms.timelocks
        opens = locks.cancellation_ms if caller == self.terms.taker else locks.public_cancellation_ms
        return opens is not None and time_ms - self.opened_ms >= opens

    def pays_caller(self, ending: Ending, time_ms: int) -> bool:
        """Return whether who ends the lock at an instant gets the deposit: from the public stage on."""
        locks = self.terms.timelocks
        opens = locks.public_withdrawal_ms if ending == "withdrawn" else locks.public_cancellation_ms
        return opens is not None and time_ms - self.opened_ms >= opens


@lru_cache(maxsize=1024)
def hash_of(secret: str) -> str:
    """Return the Keccak-256 of a secret; both in hex.

    Raises:
        ValueError: if the secret is not 32 bytes in hex.
    """
    content = bytes.fromhex(secret)
    if len(content) != SECRET_BYTES:
        raise ValueError(f"a secret has {SECRET_BYTES} bytes, not {len(content)}")
    return keccak(content).hex()
