"""Transactions, what they do to a chain's state, and what comes of them."""

from dataclasses import dataclass
from typing import Generic, Literal, Protocol, Self, TypeVar


class Ledger(Protocol):
    """What a chain needs of the state it carries."""

    def pay_gas(self, account: str, wei: int) -> Self | None:
        """Return the state after `account` paid for gas, or `None` if it cannot."""


S = TypeVar("S", bound=Ledger)


@dataclass(frozen=True, slots=True)
class Block:
    """The block in which a call runs."""

    chain: str
    number: int
    time_ms: int


@dataclass(frozen=True, slots=True)
class Log:
    """Something a call announced: a name and its fields."""

    name: str
    fields: tuple[tuple[str, int | str], ...]

    def get(self, key: str) -> int | str:
        """Return one field."""
        return dict(self.fields)[key]


@dataclass(frozen=True, slots=True)
class Applied(Generic[S]):
    """A call that went through."""

    state: S
    logs: tuple[Log, ...] = ()


@dataclass(frozen=True, slots=True)
class Reverted:
    """A call that left the state as it was."""

    reason: str
    """Code, then detail: `slippage: ETH-27MAR20-130-P costs ...`."""

    order: int | None = None
    """Place, among the call's orders, of the one that a venue refused."""

    @property
    def code(self) -> str:
        """First word of the reason."""
        return self.reason.partition(":")[0]


class Call(Protocol[S]):
    """What a transaction asks of the chain."""

    @property
    def gas(self) -> int:
        """Gas it uses."""

    def apply(self, state: S, block: Block) -> Applied[S] | Reverted:
        """Return the state after the call, or why it reverts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction(Generic[S]):
    """A call with its sender and fee."""

    id: str
    """Unique name; a replacement carries a new one."""

    sender: str
    call: Call[S]
    max_fee_wei: int
    """Most the sender pays for a unit of gas; before EIP-1559, the gas price."""

    tip_wei: int = 0
    """Most of it that goes to the block producer; unused before EIP-1559."""

    submitted_ms: int = 0
    nonce: int | None = None
    """Place among the sender's transactions, counted from zero; none for one that stands alone."""

    blobs: int = 0
    """Blobs that it carries."""

    max_blob_fee_wei: int = 0
    """Most the sender pays for a unit of blob gas."""

    @property
    def gas(self) -> int:
        """Gas the call uses."""
        return self.call.gas


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of an included transaction."""

    transaction_id: str
    sender: str
    block: Block
    status: Literal["success", "reverted"]
    reason: str
    gas_used: int
    price_wei: int
    """Price paid for a unit of gas."""

    logs: tuple[Log, ...]
    refused_order: int | None = None
    """Place of the order that a venue refused, if that is why it reverted."""

    data_fee_wei: int = 0
    """Price paid for the posting of the transaction to the L1."""

    blob_fee_wei: int = 0
    """Price paid for all its blobs."""

    data_bytes: int = 0
    """Its size before compression, on a chain that posts its transactions to another."""

    promised_ms: int = 0
    """When its sender was promised its place; the time of the block where nobody promises anything."""

    @property
    def cost_wei(self) -> int:
        """What the sender paid for gas, for the posting and for blobs."""
        return self.gas_used * self.price_wei + self.data_fee_wei + self.blob_fee_wei
