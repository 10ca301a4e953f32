"""Watches the blocks of a world and keeps what adversaries took in each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from venues.adversaries.extraction import Course, Step, courses_of, extraction
from venues.adversaries.lookahead import stem
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.ordering.picked import unit_price
from venues.chains.ordering.producer import Making
from venues.chains.produced import Produced
from venues.chains.transaction import Block, Receipt, Transaction
from venues.world import World

SIDE_EFFECT: Final = "side_effect"
"""How somebody gained who is no adversary, by what an adversary did."""

LANDED_LATE: Final = "landed_late"
"""How somebody gained in a block that took a transaction which an earlier one had kept out."""

Way = tuple[str, str, str]
"""Who took, how, and from whom."""


@dataclass(slots=True)
class Activity:
    """What one adversary sent, what it paid for, and what it gained."""

    transactions: int = 0
    reverted: int = 0
    gas_wei: int = 0
    worth: int = 0
    """Over all blocks, in units of worth, before gas."""


@dataclass(slots=True)
class Tally:
    """What was lost in one way over all blocks."""

    worth: int = 0
    blocks: int = 0


@dataclass(frozen=True, slots=True)
class Touched:
    """A block that adversaries had a hand in."""

    number: int
    steps: tuple[Step, ...]
    is_late: bool
    """Whether it took a transaction that an earlier one had kept out."""

    receipts: tuple[Receipt, ...]
    """Those of adversaries."""

    kept_out: frozenset[str]
    """Stems of the names of transactions that it, or a block before, kept out and that still wait."""


@dataclass(slots=True)
class ExtractionObserver:
    """Everything that adversaries took; what blocks changed that were given up later does not count."""

    kinds: Mapping[str, str]
    """What each adversary does, by the name of its account."""

    _touched: dict[str, list[Touched]] = field(default_factory=dict)
    """By chain, in the order of the blocks."""

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Compare a block with the honest one, if adversaries had a hand in it."""
        chain, number = world.chain(chain_id), produced.summary.number
        touched = self._touched.setdefault(chain_id, [])
        while touched and touched[-1].number >= number:
            touched.pop()
        if chain.making is None:
            return
        served = touched[-1].kept_out if touched else frozenset()
        courses = courses_of(chain.making, frozenset(self.kinds), served)
        steps = self._steps(world, chain, chain.making, courses, produced) if courses else ()
        kept_out = self._kept_out(chain, chain.making, served)
        receipts = tuple(receipt for receipt in produced.receipts if receipt.sender in self.kinds)
        if steps or receipts or kept_out != served:
            is_late = any(stem(transaction.id) in served for transaction in chain.making.chosen)
            touched.append(Touched(number, steps, is_late, receipts, kept_out))

    @property
    def blocks(self) -> int:
        """Blocks that adversaries changed."""
        return sum(bool(touched.steps) for touched in self._all())

    def activity(self) -> dict[str, Activity]:
        """Return what each adversary did that did anything, by its account."""
        found: dict[str, Activity] = {}
        for touched in self._all():
            for receipt in touched.receipts:
                own = found.setdefault(receipt.sender, Activity())
                own.transactions += 1
                own.reverted += receipt.status == "reverted"
                own.gas_wei += receipt.cost_wei
            for step in touched.steps:
                for name in sorted(self.kinds.keys() & step.worth.keys()):
                    found.setdefault(name, Activity()).worth += step.worth[name]
        return found

    def tallies(self) -> dict[Way, Tally]:
        """Return who lost how much to whom, in the order in which it happened first on each chain."""
        found: dict[Way, Tally] = {}
        for touched in self._all():
            for step in touched.steps:
                for transfer in step.transfers:
                    way = transfer.taker, self._how(transfer.taker, step, touched), transfer.loser
                    tally = found.setdefault(way, Tally())
                    tally.worth += transfer.worth
                    tally.blocks += 1
        return found

    def _all(self) -> Iterator[Touched]:
        for chain in self._touched.values():
            yield from chain

    def _how(self, taker: str, step: Step, touched: Touched) -> str:
        """Return how somebody gained in a step."""
        otherwise = LANDED_LATE if touched.is_late else SIDE_EFFECT
        if step.by not in self.kinds:
            return otherwise
        # A step without its adversary among those who gained or lost is about who was served when.
        return self.kinds[step.by] if taker == step.by or step.by not in step.worth else SIDE_EFFECT

    def _steps(
        self,
        world: World,
        chain: Chain[ChainState],
        making: Making[ChainState],
        courses: tuple[Course, ...],
        produced: Produced[ChainState],
    ) -> tuple[Step, ...]:
        block = Block(chain.id, produced.summary.number, produced.summary.time_ms)
        paid = {receipt.transaction_id: receipt.cost_wei for receipt in produced.receipts}
        everybody = {t.id: t for t in (*making.chosen, *making.honest)}
        base_fee_wei = produced.summary.base_fee_wei
        costs = {name: paid.get(name) or _cost_wei(each, chain, base_fee_wei) for name, each in everybody.items()}
        return extraction(making.parent, block, courses, costs, world.truth)

    def _kept_out(self, chain: Chain[ChainState], making: Making[ChainState], served: frozenset[str]) -> frozenset[str]:
        """Return what an honest producer would have taken by now and that still waits."""
        wanted = served | {stem(t.id) for t in making.honest if t.sender not in self.kinds}
        landed = {stem(t.id) for t in making.chosen}
        return frozenset(name for name in (stem(t.id) for t in chain.pending) if name in wanted and name not in landed)


def _cost_wei(transaction: Transaction[ChainState], chain: Chain[ChainState], base_fee_wei: int) -> int:
    """Return what a transaction would have cost in a block that did not take it; blobs are left out."""
    price_wei = unit_price(transaction, chain.rules, base_fee_wei)
    return price_wei * transaction.gas + chain.data_fee_wei(transaction)
