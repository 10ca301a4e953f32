"""What passes from chain to chain: announcements that wait to be believed elsewhere, and what becomes of them.

A chain that takes back a block takes back what it announced. What had already been believed is then known to be wrong:
a proof is revoked, and what a liquidity bridge paid out is not paid a second time if the block's transaction is made
good. Other bridges know themselves what they have paid.
"""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, replace

from venues.bridges import Transfer
from venues.chain_state import ChainState
from venues.chains.presets import Level
from venues.chains.transaction import Log, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Something announced on one chain that another chain will learn of."""

    source: str
    target: str
    log: Log
    number: int
    """Block of the announcement."""

    time_ms: int
    id: str
    latency_ms: int = 0
    """Time that carrying it takes, once the announcement is believed."""

    needs_lock: bool = False
    """Whether a proof waits for the lock that it is about: its block may have been taken back as well."""

    @property
    def bridge(self) -> str | None:
        """Bridge that it goes over; none for the proof of a delivery."""
        return str(self.log.get("bridge")) if self.log.name == "Bridged" else None

    @property
    def transfer(self) -> Transfer:
        """What the other end of the bridge is told of."""
        fields = dict(self.log.fields)
        cash, fee = int(fields["cash"]), int(fields.get("fee", 0))
        return Transfer(id=self.id, account=str(fields["account"]), cash=cash, fee=fee)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayRules:
    """When a chain believes another."""

    proof_level: Mapping[str, Level]
    """Confirmation level that deliveries on each chain must reach before they count elsewhere."""

    proof_delay_ms: int
    """Time to make and carry a proof once the level is reached."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A passage that has arrived."""

    passage: Passage
    height: int
    """Last block of the target before it."""


class Passages:
    """All passages of a world."""

    def __init__(self, *, remembers: bool) -> None:
        """Start without any; `remembers` tells whether blocks may be taken back, so that arrivals must be known."""
        self._remembers = remembers
        self._waiting: tuple[Passage, ...] = ()
        self._carried: tuple[Carried, ...] = ()
        self._paid: frozenset[str] = frozenset()
        """Transfers that a liquidity bridge has paid out though their block was taken back."""

        self._revoked: frozenset[tuple[str, str]] = frozenset()
        """Chains, and fills whose proof there is known to be wrong."""

    def fork(self) -> "Passages":
        """Return an independent copy."""
        return copy(self)

    def on_its_way(self, bridge: str) -> tuple[Passage, ...]:
        """Return the transfers over a bridge that have not arrived, in the order of their sending."""
        return tuple(passage for passage in self._waiting if passage.bridge == bridge)

    def note(self, receipt: Receipt, latency_ms: Callable[[Log, str], int]) -> None:
        """Remember what a transaction announced to other chains.

        Args:
            receipt: Of the transaction.
            latency_ms: How long an announcement of a transaction is carried.
        """
        for log in receipt.logs:
            if log.name not in {"Delivered", "Bridged"}:
                continue
            name = sending_of(receipt)
            if log.name == "Bridged" and name in self._paid:
                self._paid -= {name}
                continue
            passage = Passage(
                source=receipt.block.chain,
                target=str(log.get("to")),
                log=log,
                number=receipt.block.number,
                time_ms=receipt.block.time_ms,
                id=name,
                latency_ms=latency_ms(log, name),
            )
            self._waiting = (*self._waiting, passage)

    def take(self, is_ready: Callable[[Passage], bool], heights: Callable[[str], int]) -> tuple[Passage, ...]:
        """Return what is ready, in the order in which it was announced, and take it for carried.

        Args:
            is_ready: Whether a passage has waited long enough.
            heights: Last block of a chain.
        """
        ready = tuple(passage for passage in self._waiting if is_ready(passage))
        if not ready:
            return ()
        self._waiting = tuple(passage for passage in self._waiting if passage not in ready)
        if self._remembers:
            self._carried += tuple(Carried(passage, heights(passage.target)) for passage in ready)
            proved = ((passage.target, str(passage.log.get("fill"))) for passage in ready if _is_proof(passage))
            self._revoked -= frozenset(proved)
        return ready

    def undo(self, chain: str, number: int, states: Mapping[str, ChainState]) -> tuple[Passage, ...]:
        """Take note that a chain has taken back all blocks after `number`, and return the transfers that are void.

        What these announced is void. What had arrived there since is on its way again.
        """
        void = tuple(each for each in self._carried if _comes_from(each.passage, chain, number))
        again = tuple(each for each in self._carried if each.passage.target == chain and each.height > number)
        self._carried = tuple(each for each in self._carried if each not in {*void, *again})
        unheard = tuple(passage for passage in self._waiting if _comes_from(passage, chain, number))
        left = (passage for passage in self._waiting if passage not in unheard)
        self._waiting = (*(replace(each.passage, needs_lock=_is_proof(each.passage)) for each in again), *left)
        proofs = ((e.passage.target, str(e.passage.log.get("fill"))) for e in void if _is_proof(e.passage))
        self._revoked |= frozenset(proofs)
        sent = [each.passage for each in void if not _is_proof(each.passage)]
        self._paid |= frozenset(passage.id for passage in sent if _is_liquidity(passage, states))
        return (*sent, *(passage for passage in unheard if not _is_proof(passage)))

    def without_revoked(self, states: Mapping[str, ChainState]) -> dict[str, ChainState]:
        """Return the states that hold a proof known to be wrong, without it, by chain."""
        after: dict[str, ChainState] = {}
        for chain, fill in sorted(self._revoked):
            state = after.get(chain, states[chain])
            if fill in state.proofs:
                after[chain] = replace(state, proofs=state.proofs.delete(fill))
        return after


def sending_of(receipt: Receipt) -> str:
    """Return the name of what a transaction sends over a bridge.

    A dearer transaction in place of another one (`step#2` of `step#1`) sends the same: bridges tell deposits apart by
    what they say, not by the transaction that they came in.
    """
    return receipt.transaction_id.partition("#")[0]


def _is_proof(passage: Passage) -> bool:
    return passage.log.name == "Delivered"


def _is_liquidity(passage: Passage, states: Mapping[str, ChainState]) -> bool:
    return passage.bridge is not None and states[passage.target].bridges[passage.bridge].kind == "liquidity"


def _comes_from(passage: Passage, chain: str, number: int) -> bool:
    """Return whether a passage was announced by a chain after its block `number`."""
    return passage.source == chain and passage.number > number


def arrival(state: ChainState, passage: Passage, now_ms: int) -> ChainState:
    """Return the state of the target chain once it has learnt of a passage."""
    if passage.bridge is None:
        return _proved(state, passage.log, now_ms)
    return state.with_port(state.bridges[passage.bridge].arrived(passage.transfer, now_ms))


def _proved(state: ChainState, log: Log, now_ms: int) -> ChainState:
    """Return the state with a delivery proved, unless it is not the delivery that the lock pays for."""
    fill = str(log.get("fill"))
    lock = state.escrow.locks.get(fill)
    if lock is not None and lock.terms != log.get("terms"):
        return state
    return replace(state, proofs=state.proofs.set(fill, now_ms))
