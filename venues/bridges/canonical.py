"""Canonical bridge of a rollup: it trusts nobody but the rollup's own rules.

A deposit is minted on the rollup as soon as the rollup has taken note of the L1 block: no transaction is needed there.
A withdrawal waits until the L1 accepts what the rollup says. On an OP Stack chain somebody states the rollup's state in
a dispute game, the withdrawal is proved against it, and it may be finalised once it has been proved for the maturity
delay *and* the game has been won for the delay called air gap. Both run side by side: undisputed, with a game clock of
3.5 days and an air gap of 3.5 days, a withdrawal takes seven days from its proof; only a game that uses up both clocks
takes it to 10.5. With validity proofs the wait is that for the proof and the delay of its execution, and no separate
proof of the withdrawal is modelled.

Sources: ethereum-optimism/specs, `fault-proof/stage-one/{optimism-portal,bridge-integration}.md`; the figures of
ethereum-optimism/specs, commit fd72cf79, `protocol/configurability.md`. Assumed: an hour between games, and gas.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from immutables import Map

from venues.bridges.liquidity import BridgePort, Kind
from venues.bridges.lock_and_mint import LockAndMint
from venues.bridges.transfer import Loss, Transfer
from venues.chains.rules import ChainRules

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS

DEPOSIT_CONFIRMATIONS: Final = 4
"""Blocks by which a sequencer stays behind its L1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """When a withdrawal may leave for the L1."""

    statement_ms: int
    """From the level that the rollup must reach to the statement that a withdrawal is proved against."""

    needs_proof: bool
    """Whether a withdrawal must be proved before it can be finalised."""

    maturity_ms: int = 0
    """From the proof to the first instant at which it may be finalised."""

    game_ms: int = 0
    """From the statement to the end of an undisputed game about it."""

    air_gap_ms: int = 0
    """From the end of the game to the first instant at which a withdrawal may be finalised."""


OP_STACK_EXIT: Final = Exit(
    statement_ms=HOUR_MS,
    needs_proof=True,
    maturity_ms=7 * DAY_MS,
    game_ms=7 * DAY_MS // 2,
    air_gap_ms=7 * DAY_MS // 2,
)


def exit_of(rules: ChainRules) -> Exit:
    """Return how one leaves a rollup: by its validity proof if it makes one, by a dispute game otherwise."""
    if rules.proving is None:
        return OP_STACK_EXIT
    return Exit(statement_ms=rules.proving.proof_ms + rules.proving.execution_delay_ms, needs_proof=False)


@dataclass(frozen=True, slots=True)
class Message:
    """A withdrawal that the L1 has been told of."""

    transfer: Transfer
    stated_ms: int
    proved_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CanonicalPort(LockAndMint):
    """One end of a canonical bridge: the L1 end locks, the rollup's end mints."""

    exit: Exit
    inbox: Map[str, Message] = field(default_factory=Map)
    """Withdrawals that are not finalised, by transfer."""

    @property
    def kind(self) -> Kind:
        """Type of bridge."""
        return "canonical"

    def arrived(self, transfer: Transfer, now_ms: int) -> "CanonicalPort":
        """Return the end with a deposit due at once, or with a withdrawal to prove."""
        if transfer.id in self.settled:
            return self.repaid(transfer)
        if not self.till.is_home:
            return self.due(transfer, transfer.account, transfer.total)
        return replace(self, inbox=self.inbox.set(transfer.id, Message(transfer, now_ms)))

    def ready_ms(self, message: Message) -> int | None:
        """Return from when on a withdrawal may be finalised, or `None` while it lacks its proof."""
        proved_ms = message.proved_ms if self.exit.needs_proof else message.stated_ms
        if proved_ms is None:
            return None
        won_ms = message.stated_ms + self.exit.game_ms
        return max(proved_ms + self.exit.maturity_ms, won_ms + self.exit.air_gap_ms)

    def proved(self, transfer: str, now_ms: int) -> "CanonicalPort | str":
        """Return the end after a withdrawal was proved, or why it cannot be."""
        if self.halted:
            return f"halted: {self.id} takes no proofs"
        message = self.inbox.get(transfer)
        if message is None or message.proved_ms is not None:
            return f"reverted: {transfer} is not there to be proved"
        return replace(self, inbox=self.inbox.set(transfer, replace(message, proved_ms=now_ms)))

    def finalised(self, transfer: str, now_ms: int) -> "CanonicalPort | str":
        """Return the end with a withdrawal due, or why it is not; it may be finalised *after* its last delay."""
        if self.halted:
            return f"halted: {self.id} pays nothing"
        message = self.inbox.get(transfer)
        ready_ms = self.ready_ms(message) if message is not None else None
        if message is None or ready_ms is None or now_ms <= ready_ms:
            return f"reverted: {transfer} cannot be finalised yet"
        left = replace(self, inbox=self.inbox.delete(transfer))
        return left.due(message.transfer, message.transfer.account, message.transfer.total)

    def undone(self, transfer: Transfer) -> "tuple[CanonicalPort, Loss | None]":
        """Return the end once the sending of a transfer is undone, and what is lost through that."""
        if transfer.id in self.inbox:
            return replace(self, inbox=self.inbox.delete(transfer.id)), None
        return LockAndMint.undone(self, transfer)

    @property
    def usual_ms(self) -> int:
        """How long a transfer from here takes once this chain is sure enough of it."""
        game_ms = 0 if self.till.is_home else max(self.exit.maturity_ms, self.exit.game_ms + self.exit.air_gap_ms)
        return self.carriage.median_ms + game_ms

    def as_seen(self) -> BridgePort:
        """Return the end as those see it who trade over it."""
        return BridgePort(
            id=self.id,
            chain=self.chain,
            peer=self.peer,
            liquidity=0 if self.halted else self.till.room,
            fee_ppm=self.fee_ppm,
            fixed_fee=self.fixed_fee,
            delay_ms=self.usual_ms,
            gas=self.gas,
            kind=self.kind,
            halted=self.halted,
        )
