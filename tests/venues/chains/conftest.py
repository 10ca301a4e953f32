"""A chain whose state is a purse, and transactions that do nothing but pay."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from venues.chains.background import Demand, DemandStep
from venues.chains.chain import Chain
from venues.chains.presets import ETHEREUM_2020, ChainRules
from venues.chains.transaction import Applied, Block, Reverted, Transaction


@dataclass(frozen=True, slots=True)
class Purse:
    """Gas paid by everybody, and what was called; nobody can pay more than `most` at once."""

    paid: int = 0
    called: tuple[int, ...] = ()
    most: int = 10**30

    def pay_gas(self, account: str, wei: int) -> "Purse | None":
        return replace(self, paid=self.paid + wei) if wei <= self.most else None


@dataclass(frozen=True, slots=True)
class Touch:
    """Note the block in the purse, or revert."""

    gas: int = 100_000
    reverts: bool = False

    def apply(self, state: Purse, block: Block) -> Applied[Purse] | Reverted:
        if self.reverts:
            return Reverted("asked: to revert")
        return Applied(replace(state, called=(*state.called, block.number)))


MakeChain = Callable[..., Chain[Purse]]
MakeTransaction = Callable[..., Transaction[Purse]]

BUSY = DemandStep(0, 11.0, 100.0, 0.2, (0.45, 0.27, 0.18, 0.10), premium=0.3, rush=3.0)


@pytest.fixture(scope="session")
def make_chain() -> MakeChain:
    """Return a function that makes a chain under the same demand all the time."""

    def make(
        rules: ChainRules = ETHEREUM_2020, step: DemandStep = BUSY, seed: int = 1, purse: Purse | None = None
    ) -> Chain[Purse]:
        demand = Demand((step,), 600_000)
        return Chain(id="chain", rules=rules, state=purse or Purse(), demand=demand, seed=(seed, "test"), start_ms=0)

    return make


@pytest.fixture(scope="session")
def make_transaction() -> MakeTransaction:
    """Return a function that makes a transaction with a price in gwei."""

    def make(name: str, gwei: float, *, tip_gwei: float = 0.0, **call: object) -> Transaction[Purse]:
        fee, tip = round(gwei * 10**9), round(tip_gwei * 10**9)
        return Transaction(id=name, sender="me", call=Touch(**call), max_fee_wei=fee, tip_wei=tip)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def purse() -> type[Purse]:
    return Purse
