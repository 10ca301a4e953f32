"""A transaction in a block: its sender pays, its call goes through or reverts, and a receipt says so."""

from dataclasses import dataclass
from typing import TypeVar

from venues.chains.transaction import Block, Ledger, Receipt, Reverted, Transaction

S = TypeVar("S", bound=Ledger)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a sender pays for a transaction."""

    price_wei: int
    """For a unit of gas."""

    data_fee_wei: int
    blob_fee_wei: int
    data_bytes: int
    """What is posted of it to another chain, before compression."""

    promised_ms: int
    """When its sender was promised a place."""


def execute(transaction: Transaction[S], state: S, block: Block, charge: Charge) -> tuple[S, Receipt] | None:
    """Return the state after a transaction and its receipt, or `None` if its sender cannot pay."""
    cost_wei = charge.price_wei * transaction.gas + charge.data_fee_wei + charge.blob_fee_wei
    paid = state.pay_gas(transaction.sender, cost_wei)
    if paid is None:
        return None
    outcome = transaction.call.apply(paid, block)
    reverted = isinstance(outcome, Reverted)
    receipt = Receipt(
        transaction_id=transaction.id,
        sender=transaction.sender,
        block=block,
        status="reverted" if reverted else "success",
        reason=outcome.reason if isinstance(outcome, Reverted) else "",
        gas_used=transaction.gas,
        price_wei=charge.price_wei,
        logs=() if isinstance(outcome, Reverted) else outcome.logs,
        refused_order=outcome.order if isinstance(outcome, Reverted) else None,
        data_fee_wei=charge.data_fee_wei,
        blob_fee_wei=charge.blob_fee_wei,
        data_bytes=charge.data_bytes,
        promised_ms=charge.promised_ms,
    )
    return paid if isinstance(outcome, Reverted) else outcome.state, receipt
