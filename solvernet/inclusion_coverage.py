"""Does inclusion take as long as foretold? Transactions that bid by the policy are sent, and followed into their block.

Each is foretold the time within which it lands with a probability of 99 %, from the blocks before it. Coverage is the
share that keeps to that; none is foretold anything from later blocks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from venues.chains.bidding import Bidding
from venues.chains.chain import Chain
from venues.chains.inclusion import inclusion_ms
from venues.chains.produced import Produced
from venues.chains.transaction import Applied, Block, Transaction

EVERY_BLOCKS: Final = 5
WARM_UP_BLOCKS: Final = 256
"""Blocks before the first probe: as many as a chain remembers."""


@dataclass(frozen=True, slots=True)
class Purse:
    """A ledger on which everybody can pay for any gas."""

    def pay_gas(self, account: str, wei: int) -> "Purse":  # noqa: ARG002
        """Return the ledger as it is."""
        return self


@dataclass(frozen=True, slots=True)
class Nothing:
    """A call that only takes up space."""

    gas: int

    def apply(self, state: Purse, block: Block) -> Applied[Purse]:  # noqa: ARG002
        """Return the state as it is."""
        return Applied(state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One transaction that was sent to see how long it takes."""

    sent_ms: int
    price_wei: int
    """First offer for a unit of gas."""

    foretold_ms: int
    waited_ms: int | None = None
    """Time until the block it was in; none if it still waits."""

    @property
    def is_covered(self) -> bool:
        """Return whether it was in a block by the time foretold."""
        return self.waited_ms is not None and self.waited_ms <= self.foretold_ms


@dataclass(slots=True)
class _Underway:
    """A probe on its way."""

    probe: Probe
    name: str
    offered_wei: int
    tip_wei: int
    offered_at: int
    """Block after which the price was offered."""


class _Prober:
    """Sends probes to one chain and raises those that wait."""

    def __init__(self, chain: Chain[Purse], bidding: Bidding, gas: int) -> None:
        self.chain, self.bidding, self.gas = chain, bidding, gas
        self.done: list[Probe] = []
        self.underway: list[_Underway] = []
        self._count = 0

    def send(self) -> None:
        """Send another probe."""
        price = self.bidding.price(self.chain)
        foretold = inclusion_ms(self.chain, self.bidding, self.gas)
        probe = Probe(sent_ms=self.chain.time_ms, price_wei=price, foretold_ms=foretold)
        sent = _Underway(probe, "", price, self.bidding.tip_wei, self.chain.number)
        self._offer(sent, price, self.bidding.tip_wei)
        self.underway.append(sent)

    def look(self, produced: Produced[Purse]) -> None:
        """Take note of a block."""
        landed = {receipt.transaction_id for receipt in produced.receipts}
        gone = {transaction.id for transaction in produced.dropped}
        for sent in list(self.underway):
            if sent.name in landed:
                self.done.append(replace(sent.probe, waited_ms=self.chain.time_ms - sent.probe.sent_ms))
                self.underway.remove(sent)
            elif sent.name in gone:
                cap = self.bidding.cap(sent.probe.price_wei)
                self._offer(sent, min(self.bidding.price(self.chain), cap), sent.tip_wei)
            elif self.chain.number - sent.offered_at >= self.bidding.bump_after_blocks:
                self._raise(sent)

    def _raise(self, sent: _Underway) -> None:
        cap = self.bidding.cap(sent.probe.price_wei)
        price = self.bidding.raised(sent.offered_wei, self.bidding.price(self.chain), cap)
        if price is not None:
            self._offer(sent, price, self.bidding.raised_tip(sent.tip_wei), replaces=sent.name)

    def _offer(self, sent: _Underway, price_wei: int, tip_wei: int, replaces: str | None = None) -> None:
        self._count += 1
        transaction: Transaction[Purse] = Transaction(
            id=f"probe{self._count}",
            sender="prober",
            call=Nothing(self.gas),
            max_fee_wei=price_wei,
            tip_wei=tip_wei if self.chain.rules.base_fee else 0,
            submitted_ms=self.chain.time_ms,
        )
        if self.chain.submit(transaction, replaces) == "waiting":
            sent.name, sent.offered_wei, sent.tip_wei = transaction.id, price_wei, tip_wei
            sent.offered_at = self.chain.number


def probes(chain: Chain[Purse], bidding: Bidding, gas: int, until_ms: int) -> tuple[Probe, ...]:
    """Return probes sent to a chain every few blocks until an instant, in the order in which they were sent."""
    prober = _Prober(chain, bidding, gas)
    while chain.next_block_ms < until_ms:
        prober.look(chain.produce())
        if chain.number >= WARM_UP_BLOCKS and chain.number % EVERY_BLOCKS == 0:
            prober.send()
    return tuple(sorted([*prober.done, *(sent.probe for sent in prober.underway)], key=lambda probe: probe.sent_ms))


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How well inclusion was foretold in some stretch of time; times in seconds, prices in gwei."""

    probes: int
    covered: float
    """Share that landed within the time foretold."""

    foretold_s: float
    """Median of the times foretold."""

    longest_foretold_s: float
    waited_s: float
    """Time within which 99 in 100 really landed."""

    price_gwei: float
    """Median of the first offers."""


def coverage(found: Iterable[Probe], from_ms: int, until_ms: int) -> Coverage:
    """Return how well inclusion was foretold to the probes sent between two instants.

    Raises:
        ValueError: if none was.
    """
    sent = [probe for probe in found if from_ms <= probe.sent_ms < until_ms]
    if not sent:
        raise ValueError(f"no probe was sent between {from_ms} and {until_ms}")
    waited = sorted(until_ms - probe.sent_ms if probe.waited_ms is None else probe.waited_ms for probe in sent)
    foretold = sorted(probe.foretold_ms for probe in sent)
    return Coverage(
        probes=len(sent),
        covered=round(sum(probe.is_covered for probe in sent) / len(sent), 4),
        foretold_s=_middle(foretold) / 1000,
        longest_foretold_s=foretold[-1] / 1000,
        waited_s=waited[min(len(waited) * 99 // 100, len(waited) - 1)] / 1000,
        price_gwei=round(_middle(sorted(probe.price_wei for probe in sent)) / 1e9, 1),
    )


def _middle(values: Sequence[int]) -> int:
    return values[len(values) // 2]
