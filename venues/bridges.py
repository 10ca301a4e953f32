"""Liquidity bridge: USDC paid in on one chain is paid out on another from what lies there.

The capacity of a direction is the liquidity at its far end. A transfer that finds too little waits in a queue and is
paid, first come first served, when liquidity returns.
"""

from dataclasses import dataclass, replace

from intents.boundary import Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """USDC on its way."""

    id: str
    account: str
    cash: int
    """Amount to pay out, fee deducted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgePort:
    """One end of a bridge."""

    id: str
    chain: str
    peer: str
    """CAIP-2 id of the other end's chain."""

    liquidity: Amount
    """USDC that can be paid out here."""

    fee_ppm: int
    """Fee on transfers sent from here, in millionths."""

    fixed_fee: Amount
    """Fee on each transfer, in USDC base units."""

    delay_ms: int
    """Time from the confirmation of the sending transaction to the arrival at the peer."""

    gas: int = 120_000
    queue: tuple[Transfer, ...] = ()
    """Arrived transfers that wait for liquidity, oldest first."""

    def fee(self, cash: int) -> int:
        """Return the fee on a transfer of `cash`, rounded up."""
        return self.fixed_fee - (-cash * self.fee_ppm // 1_000_000)

    def received(self, cash: int) -> "BridgePort":
        """Return the port after `cash` was paid in."""
        return replace(self, liquidity=self.liquidity + cash)

    def arrived(self, transfer: Transfer) -> "BridgePort":
        """Return the port with an arrived transfer at the end of its queue."""
        return replace(self, queue=(*self.queue, transfer))

    def as_seen(self) -> "BridgePort":
        """Return the port as those see it who do not know the queue: nothing is left while somebody waits."""
        return replace(self, liquidity=0 if self.queue else self.liquidity, queue=())

    def pay_out(self) -> tuple["BridgePort", tuple[Transfer, ...]]:
        """Return the port after paying as many queued transfers as it can, in order, and those transfers."""
        liquidity = self.liquidity
        paid = 0
        for transfer in self.queue:
            if transfer.cash > liquidity:
                break
            liquidity -= transfer.cash
            paid += 1
        return replace(self, liquidity=liquidity, queue=self.queue[paid:]), self.queue[:paid]
