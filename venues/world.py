"""The world: chains, their inhabitants, and what passes between them, advanced event by event.

It is deterministic: equal set-ups advanced over the same instants give equal states. A fork is cheap, because states
are immutable and inhabitants keep none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from venues.bridges import Transfer
from venues.chain_state import ChainState
from venues.chains.chain import Chain, Produced, Submitted
from venues.chains.presets import Level
from venues.chains.transaction import Log, Receipt
from venues.faults import NO_FAULTS, Faults
from venues.truth import Truth
from venues.view import Agent, Offer


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayRules:
    """When a chain believes another."""

    proof_level: Mapping[str, Level]
    """Confirmation level that deliveries on each chain must reach before they count elsewhere."""

    proof_delay_ms: int
    """Time to make and carry a proof once the level is reached."""


class Observer(Protocol):
    """Somebody who is told of every block and may react with transactions."""

    def on_block(self, world: "World", chain_id: str, produced: Produced[ChainState]) -> None:
        """React to a block."""


class World:
    """All chains and their inhabitants at one instant."""

    def __init__(
        self,
        *,
        chains: Sequence[Chain[ChainState]],
        agents: Sequence[Agent],
        truth: Truth,
        relay: RelayRules,
        start_ms: int,
        faults: Faults = NO_FAULTS,
    ) -> None:
        """Take chains and agents in the order in which they act at equal times."""
        self.now_ms = start_ms
        self.truth = truth
        self.faults = faults
        self._chains = {chain.id: chain for chain in chains}
        self._agents = tuple(agents)
        self._due = [agent.next_ms(start_ms) for agent in agents]
        self._relay = relay
        self._passages: list[Passage] = []

    @property
    def chain_ids(self) -> tuple[str, ...]:
        """Names of the chains, in their order."""
        return tuple(self._chains)

    def chain(self, chain_id: str) -> Chain[ChainState]:
        """Return a chain."""
        return self._chains[chain_id]

    def state(self, chain_id: str) -> ChainState:
        """Return the state of a chain after its last block."""
        return self._chains[chain_id].state

    def submit(self, offer: Offer) -> Submitted:
        """Put a transaction into its chain's pool, and return what became of it there."""
        return self._chains[offer.chain].submit(offer.transaction, offer.replaces)

    def finality_ms(self, chain_id: str) -> int:
        """Return the time from a delivery on a chain until it usually counts elsewhere."""
        level = self._relay.proof_level[chain_id]
        return self._chains[chain_id].finality_ms(level) + self._relay.proof_delay_ms

    def fork(self) -> "World":
        """Return an independent copy that would live through the same future."""
        twin = object.__new__(World)
        twin.now_ms, twin.truth, twin.faults = self.now_ms, self.truth, self.faults
        twin._chains = {name: chain.fork() for name, chain in self._chains.items()}
        twin._agents, twin._due = self._agents, list(self._due)
        twin._relay, twin._passages = self._relay, list(self._passages)
        return twin

    def advance(self, until_ms: int, observers: Sequence[Observer] = ()) -> None:
        """Live through all events up to and including `until_ms`.

        Raises:
            ValueError: if that is in the past.
        """
        if until_ms < self.now_ms:
            raise ValueError(f"the world is at {self.now_ms} and cannot go back to {until_ms}")
        while True:
            chain = min(self._chains.values(), key=lambda c: c.next_block_ms)
            agent = min(range(len(self._due)), key=self._due.__getitem__, default=None)
            agent_ms = self._due[agent] if agent is not None else until_ms + 1
            if min(chain.next_block_ms, agent_ms) > until_ms:
                break
            if agent is not None and agent_ms < chain.next_block_ms:
                self._act(agent)
            else:
                self._produce(chain, observers)
        self.now_ms = until_ms

    def _act(self, index: int) -> None:
        self.now_ms = self._due[index]
        for offer in self._agents[index].act(self, self.now_ms):
            self.submit(offer)
        self._due[index] = self._agents[index].next_ms(self.now_ms)

    def _produce(self, chain: Chain[ChainState], observers: Sequence[Observer]) -> None:
        self.now_ms = chain.next_block_ms
        self._carry()
        produced = chain.produce()
        for rollup in self._chains.values():
            if rollup.settles_on == chain.id:
                rollup.l1_prices = chain.prices()
        for receipt in produced.receipts:
            self._note(receipt)
        for observer in observers:
            observer.on_block(self, chain.id, produced)

    def _note(self, receipt: Receipt) -> None:
        """Remember what a transaction announced to other chains."""
        for log in receipt.logs:
            if log.name not in {"Delivered", "Bridged"}:
                continue
            source = receipt.block.chain
            passage = Passage(
                source=source,
                target=str(log.get("to")),
                log=log,
                number=receipt.block.number,
                time_ms=receipt.block.time_ms,
                id=receipt.transaction_id,
            )
            self._passages.append(passage)

    def _carry(self) -> None:
        """Hand over what is ready by now, in the order in which it was announced."""
        if not self._passages:
            return
        ready = [passage for passage in self._passages if self._is_ready(passage)]
        self._passages = [passage for passage in self._passages if passage not in ready]
        for passage in ready:
            chain = self._chains[passage.target]
            chain.state = arrival(chain.state, passage, self.now_ms)

    def _is_ready(self, passage: Passage) -> bool:
        source = self._chains[passage.source]
        level: Level = "included"
        delay = self._relay.proof_delay_ms
        if passage.log.name == "Delivered":
            level = self._relay.proof_level[passage.source]
        else:
            delay = source.state.bridges[str(passage.log.get("bridge"))].delay_ms
        reached_ms = source.reached_ms(level, passage.number, passage.time_ms)
        return reached_ms is not None and self.now_ms >= reached_ms + delay


def arrival(state: ChainState, passage: Passage, now_ms: int) -> ChainState:
    """Return the state of the target chain once it has learnt of a passage."""
    if passage.log.name == "Delivered":
        return _proved(state, passage.log, now_ms)
    port = state.bridges[str(passage.log.get("bridge"))]
    cash, account = int(passage.log.get("cash")), str(passage.log.get("account"))
    return state.with_port(port.arrived(Transfer(id=passage.id, account=account, cash=cash)))


def _proved(state: ChainState, log: Log, now_ms: int) -> ChainState:
    """Return the state with a delivery proved, unless it is not the delivery that the lock pays for."""
    fill = str(log.get("fill"))
    lock = state.escrow.locks.get(fill)
    if lock is not None and lock.terms != log.get("terms"):
        return state
    return replace(state, proofs=state.proofs.set(fill, now_ms))
