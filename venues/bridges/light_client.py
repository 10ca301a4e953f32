"""Light-client bridge: it believes a proof of the other chain's finality, and nobody's word.

Once the source is final a proof is made and carried to the target in a transaction that verifies it. Whoever carries it
is paid the fee of the transfer, which has to cover the gas.

Assumed: the gas, after the 556,000 that Scroll needed for a transaction that verifies one proof (Scroll's
documentation, 2024-06). The time of the proof is a distribution given by the scenario.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from immutables import Map

from venues.bridges.liquidity import BridgePort, Kind
from venues.bridges.lock_and_mint import LockAndMint
from venues.bridges.transfer import Loss, Transfer

PROOF_GAS: Final = 556_000
"""Gas of a transaction that verifies a proof of finality and pays one transfer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LightClientPort(LockAndMint):
    """One end of a light-client bridge."""

    inbox: Map[str, Transfer] = field(default_factory=Map)
    """Transfers whose proof is made and has not been carried here yet."""

    @property
    def kind(self) -> Kind:
        """Type of bridge."""
        return "light_client"

    def arrived(self, transfer: Transfer, now_ms: int) -> "LightClientPort":  # noqa: ARG002
        """Return the end with a transfer that somebody can now prove."""
        if transfer.id in self.settled:
            return self.repaid(transfer)
        return replace(self, inbox=self.inbox.set(transfer.id, transfer))

    def relayed(self, transfer: str, carrier: str) -> "LightClientPort | str":
        """Return the end with a transfer and its fee due, or why it is not: there is no proof of it."""
        if self.halted:
            return f"halted: {self.id} pays nothing"
        found = self.inbox.get(transfer)
        if found is None:
            return f"reverted: nothing proves {transfer}"
        left = replace(self, inbox=self.inbox.delete(transfer))
        return left.due(found, found.account, found.cash).due(found, carrier, found.fee)

    def undone(self, transfer: Transfer) -> "tuple[LightClientPort, Loss | None]":
        """Return the end once the sending of a transfer is undone, and what is lost through that."""
        if transfer.id in self.inbox:
            return replace(self, inbox=self.inbox.delete(transfer.id)), None
        return LockAndMint.undone(self, transfer)

    def as_seen(self) -> BridgePort:
        """Return the end as those see it who trade over it."""
        return BridgePort(
            id=self.id,
            chain=self.chain,
            peer=self.peer,
            liquidity=0 if self.halted else self.till.room,
            fee_ppm=self.fee_ppm,
            fixed_fee=self.fixed_fee,
            delay_ms=self.carriage.median_ms,
            p99_ms=self.carriage.p99_ms,
            gas=self.gas,
            kind=self.kind,
            halted=self.halted,
        )
