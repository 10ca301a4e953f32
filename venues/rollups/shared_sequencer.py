"""One sequencer for several rollups: bundles that are in the same slot of all their chains, or in none.

Bundles go to the head of the blocks, those that tip most first. A bundle gets in if each of its transactions fits,
offers the base fee, is not censored, and can be paid for; then nothing that happens in the slot keeps it out. Otherwise
it waits for a later slot, for as long as it is good. A slot of two chains is their next blocks, if they are less than
an interval apart.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.ordering.censorship import is_censored
from venues.chains.ordering.picked import unit_price
from venues.chains.transaction import Transaction
from venues.faults import Faults
from venues.rollups.node import Chains, situation_of
from venues.view import Offer

LIFETIME_MS: Final = 24_000
"""A bundle that has not got in after so long is dropped."""

SHARE_PERCENT: Final = 50
"""Most of a block's gas that bundles take."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Transactions that belong together, at most one a chain."""

    parts: Mapping[str, Transaction[ChainState]]
    """By chain."""

    until_ms: int

    @property
    def tip_wei(self) -> int:
        """What it tips at most, all parts together."""
        return sum(part.gas * part.tip_wei for part in self.parts.values())


def service_of(chain: Chain[ChainState]) -> str:
    """Return the name of the service that orders a chain; empty for one of its own."""
    return chain.rules.sequencing.service if chain.rules.sequencing is not None else ""


def bundle_of(offer: Offer, chains: Chains, now_ms: int) -> Bundle:
    """Return the bundle that an offer and those beside it make.

    Raises:
        ValueError: if no one service orders all its chains, or two parts are for the same chain.
    """
    offers = (offer, *offer.beside)
    services = {service_of(chains[each.chain]) for each in offers}
    parts = {each.chain: each.transaction for each in offers}
    if len(services) != 1 or "" in services or len(parts) != len(offers):
        raise ValueError(f"{offer.transaction.id}: a bundle has one part for each of several chains of one service")
    return Bundle(parts, now_ms + LIFETIME_MS)


def spread(faults: Faults, chains: Iterable[Chain[ChainState]]) -> Faults:
    """Return the schedule with what befalls a shared sequencer falling on all its chains."""
    members: dict[str, list[str]] = {}
    for chain in chains:
        members.setdefault(service_of(chain), []).append(chain.id)
    members.pop("", None)
    if not any(fault.target in members for fault in faults.schedule):
        return faults
    schedule = [
        replace(fault, id=f"{fault.id}/{target}", target=target) if fault.target in members else fault
        for fault in faults.schedule
        for target in members.get(fault.target, [fault.target])
    ]
    return replace(faults, schedule=tuple(schedule))


def fill_slot(
    bundles: tuple[Bundle, ...], chains: Chains, chain: Chain[ChainState], faults: Faults
) -> tuple[Bundle, ...]:
    """Put bundles at the head of the next blocks of a chain and its fellows, and return those that still wait."""
    if not bundles or not service_of(chain) or chain.bundled is not None:
        return bundles
    end_ms = chain.next_block_ms + chain.rules.interval_ms
    fellows = [each for each in chains.values() if service_of(each) == service_of(chain)]
    slot = _Slot([each for each in fellows if each.bundled is None and each.next_block_ms < end_ms], chains, faults)
    alive = [bundle for bundle in bundles if bundle.until_ms >= chain.next_block_ms]
    taken = [bundle for bundle in sorted(alive, key=lambda each: -each.tip_wei) if slot.takes(bundle)]
    return tuple(bundle for bundle in alive if bundle not in taken)


class _Slot:
    """The next blocks of chains with the same sequencer, as far as they are filled."""

    def __init__(self, members: Sequence[Chain[ChainState]], chains: Chains, faults: Faults) -> None:
        self._members = {chain.id: chain for chain in members}
        self._faults = faults
        self._gas: Counter[str] = Counter()
        self._spent: Counter[tuple[str, str]] = Counter()
        self._closed: set[str] = set()
        self._busy: set[tuple[str, str]] = set()
        """Senders with messages from the L1, who may have less than it seems when their bundle is executed."""

        for chain in members:
            chain.bundled = ()
            situation = situation_of(chains, chain, faults)
            mandate = situation.mandate(chain.next_block_ms) if situation is not None else None
            if mandate is not None:
                self._busy |= {(chain.id, message.sender) for message in mandate.first}
                self._gas[chain.id] = sum(message.gas for message in mandate.first)
                if mandate.is_closed:
                    self._closed.add(chain.id)

    def takes(self, bundle: Bundle) -> bool:
        """Put a bundle at the end of those taken if all its parts get in, and return whether they do."""
        if not all(name in self._members and self._fits(self._members[name], t) for name, t in bundle.parts.items()):
            return False
        for name, transaction in bundle.parts.items():
            chain = self._members[name]
            self._gas[name] += transaction.gas
            self._spent[name, transaction.sender] += _cost_wei(chain, transaction)
            chain.bundled = (*(chain.bundled or ()), transaction)
        return True

    def _fits(self, chain: Chain[ChainState], transaction: Transaction[ChainState]) -> bool:
        sender = transaction.sender
        if chain.id in self._closed or (chain.id, sender) in self._busy:
            return False
        if is_censored(self._faults, chain.id, sender, chain.next_block_ms):
            return False
        room = chain.rules.block_gas * SHARE_PERCENT // 100 - self._gas[chain.id]
        due_wei = self._spent[chain.id, sender] + _cost_wei(chain, transaction)
        can_pay = chain.state.wallets.get(sender, 0) >= due_wei
        return transaction.gas <= room and transaction.max_fee_wei >= chain.base_fee_wei and can_pay


def _cost_wei(chain: Chain[ChainState], transaction: Transaction[ChainState]) -> int:
    price_wei = unit_price(transaction, chain.rules, chain.base_fee_wei)
    return transaction.gas * price_wei + chain.data_fee_wei(transaction)
