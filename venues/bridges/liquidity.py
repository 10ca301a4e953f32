"""Liquidity bridge: USDC paid in on one chain is paid out on another from what lies there.

The capacity of a direction is the liquidity at its far end. A transfer that finds too little waits in a queue and is
paid, first come first served, when liquidity returns.
"""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field

from intents.boundary import Amount
from venues.bridges.latency import Latency
from venues.bridges.transfer import Loss, Transfer
from venues.bridges.wait import INCLUDED, Wait

Kind = Literal["liquidity", "canonical", "optimistic", "fast", "light_client"]

_KindField = Annotated[Kind, Field(exclude_if=lambda value: value == "liquidity")]
_FlagField = Annotated[bool, Field(exclude_if=lambda value: not value)]
_TimeField = Annotated[int, Field(exclude_if=lambda value: value == 0)]
_CashField = Annotated[Amount, Field(exclude_if=lambda value: value == 0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgePort:
    """One end of a liquidity bridge, and what is seen of one end of any bridge."""

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

    kind: _KindField = "liquidity"
    halted: _FlagField = False
    """Whether nothing may be sent from here, and nothing arrives."""

    p99_ms: _TimeField = 0
    """99th percentile of the delay; constant if zero."""

    seed: _TimeField = 0
    """Of the delays; nobody sees it."""

    exposed: _CashField = 0
    """USDC paid out here on trust: it counts against the bridge's cap, at whichever end it was paid."""

    @property
    def wait(self) -> Wait:
        """Inclusion is enough: whoever lies here bears the risk that the transfer is undone."""
        return INCLUDED

    @property
    def carriage(self) -> Latency:
        """Time from inclusion to arrival."""
        return Latency(median_ms=self.delay_ms, p99_ms=self.p99_ms, seed=self.seed)

    @property
    def held(self) -> int:
        """All USDC that lies here."""
        return self.liquidity

    @property
    def losses(self) -> tuple[Loss, ...]:
        """None are written down: what is lost is missing from the liquidity."""
        return ()

    def fee(self, cash: int) -> int:
        """Return the fee on a transfer of `cash`, rounded up."""
        return self.fixed_fee - (-cash * self.fee_ppm // 1_000_000)

    def bonus(self, cash: int) -> int:  # noqa: ARG002
        """Return zero: those whose liquidity it is keep the fee."""
        return 0

    def refusal(self, cash: int) -> str | None:  # noqa: ARG002
        """Return why nothing can be sent: only a halt prevents it."""
        return f"halted: {self.id} takes nothing" if self.halted else None

    def received(self, cash: int) -> "BridgePort":
        """Return the port after `cash` was paid in."""
        return replace(self, liquidity=self.liquidity + cash)

    def arrived(self, transfer: Transfer, now_ms: int) -> "BridgePort":  # noqa: ARG002
        """Return the port with an arrived transfer at the end of its queue."""
        return replace(self, queue=(*self.queue, transfer))

    def as_seen(self) -> "BridgePort":
        """Return the port as those see it who do not know the queue: nothing is left while somebody waits."""
        return replace(self, liquidity=0 if self.queue or self.halted else self.liquidity, queue=(), seed=0)

    def undone(self, transfer: Transfer) -> tuple["BridgePort", Loss | None]:
        """Return the port as it is, and what those lose who lie here: the transfer was paid, or will be in its turn."""
        return self, Loss(f"liquidity.{self.id}", transfer.id, transfer.cash)

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
