"""What every end of every bridge can do, whatever it trusts.

An end is an immutable value. It books what is due in a queue; the chain pays the queue out.
"""

from typing import Protocol, Self

from venues.bridges.latency import Latency
from venues.bridges.liquidity import BridgePort
from venues.bridges.transfer import Loss, Transfer
from venues.bridges.wait import Wait


class Port(Protocol):
    """One end of a bridge."""

    @property
    def id(self) -> str:
        """Name of the bridge, the same at both ends."""

    @property
    def chain(self) -> str:
        """CAIP-2 id of its chain."""

    @property
    def peer(self) -> str:
        """CAIP-2 id of the other end's chain."""

    @property
    def kind(self) -> str:
        """Type of bridge."""

    @property
    def gas(self) -> int:
        """Gas of sending a transfer from here."""

    @property
    def halted(self) -> bool:
        """Whether nothing may be sent from here, and nothing arrives."""

    @property
    def wait(self) -> Wait:
        """What must have happened here before the other end is told of a transfer."""

    @property
    def carriage(self) -> Latency:
        """Time from then until it is told."""

    @property
    def held(self) -> int:
        """What the end adds to all USDC in the world, which no transfer changes."""

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What was lost here so far."""

    def fee(self, cash: int) -> int:
        """Return the fee on a transfer of `cash`, rounded up."""

    def bonus(self, cash: int) -> int:
        """Return the part of that fee that goes to whoever brings the transfer across."""

    def refusal(self, cash: int) -> str | None:
        """Return why `cash` cannot be sent from here, code first."""

    def received(self, cash: int) -> Self:
        """Return the end after `cash` was paid in."""

    def arrived(self, transfer: Transfer, now_ms: int) -> Self:
        """Return the end once it is told of a transfer."""

    def pay_out(self) -> tuple[Self, tuple[Transfer, ...]]:
        """Return the end after paying what is due and what it can, in order, and those payments."""

    def undone(self, transfer: Transfer) -> tuple[Self, Loss | None]:
        """Return the end once the block that sent a transfer is undone, and what is lost through that, and to whom."""

    def as_seen(self) -> BridgePort:
        """Return the end as those see it who trade over it."""
