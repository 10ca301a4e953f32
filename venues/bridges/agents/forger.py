"""The forger: proposes to an optimistic bridge a transfer to itself that nobody sent, and waits."""

from dataclasses import dataclass
from typing import Final

from venues.bridges.optimistic import OptimisticPort
from venues.bridges.transfer import Transfer
from venues.calls.bridging import ExecuteProposal, Propose
from venues.errand import Errand, offers
from venues.view import Offer, View

LOOK_MS: Final = 60_000
NEVER_MS: Final = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Forger:
    """Somebody who lies once."""

    name: str
    bridge: str
    chain: str
    """CAIP-2 id of the chain it wants to be paid on."""

    at_ms: int
    cash: int

    @property
    def transfer(self) -> Transfer:
        """The transfer that it makes up."""
        return Transfer(id=f"{self.name}:forged", account=self.name, cash=self.cash)

    def next_ms(self, now_ms: int) -> int:
        """Return when it lies, and then every minute."""
        return max(self.at_ms, now_ms + LOOK_MS) if now_ms >= self.at_ms else self.at_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Propose until the proposal is there, and fetch the money if nobody disputes it."""
        port = view.state(self.chain).bridges[self.bridge]
        if not isinstance(port, OptimisticPort):
            return ()
        live = port.proposals.get(self.transfer.id)
        if live is None and now_ms == self.at_ms:
            call = Propose(bridge=self.bridge, transfer=self.transfer, proposer=self.name)
            return offers([Errand(name="lie", chain=self.chain, call=call)], self.name, view, LOOK_MS, now_ms)
        if live is None or now_ms < live.time_ms + port.liveness_ms:
            return ()
        take = ExecuteProposal(bridge=self.bridge, transfer=self.transfer.id)
        return offers([Errand(name="take", chain=self.chain, call=take)], self.name, view, LOOK_MS, now_ms)
