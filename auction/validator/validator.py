"""The validator of a run: it watches the chains, reads the awards, and says of every fill whether the two agree.

It asks the auctioneer nothing. A verdict may be taken back as long as blocks can be: what was matched is undecidable
again when the block of the delivery is no longer part of its chain.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from auction.ledger import Event
from auction.validator.award import Awards
from auction.validator.evidence import SETTLEMENTS, Inclusion, Watch
from auction.validator.validate import settlings, verdict_on, verdicts_of
from auction.validator.verdict import Verdict
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.world import World


@dataclass(frozen=True, slots=True)
class Turn:
    """A verdict that a reorganisation changed."""

    time_ms: int
    before: Verdict
    after: Verdict


class Validator:
    """An observer of one run."""

    def __init__(self, since_ms: int) -> None:
        """Start to watch at an instant, before the first award."""
        self.turns: list[Turn] = []
        self._watch = Watch(since_ms)
        self._awards = Awards()

    def hear(self, events: Iterable[Event]) -> None:
        """Take in what the run has written down."""
        self._awards.hear(events)

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Take in a block, and note which verdicts it changes by taking the place of others."""
        touched = self._touched(produced)
        before = self._verdicts_on(touched)
        self._watch.on_block(world, chain_id, produced)
        for old, new in zip(before, self._verdicts_on(touched), strict=True):
            if old != new:
                self.turns.append(Turn(world.now_ms, old, new))

    def verdicts(self) -> tuple[Verdict, ...]:
        """Return what is to be said of every fill now."""
        return verdicts_of(self._awards, self._watch.evidence())

    def _touched(self, produced: Produced[ChainState]) -> list[str]:
        """Return the awarded fills that had something in blocks which are taken back."""
        logs = (Inclusion(receipt, None).log(*SETTLEMENTS) for receipt in produced.undone)
        names = dict.fromkeys(str(log.get("fill")) for log in logs if log is not None)
        return [name for name in names if name in self._awards.fills]

    def _verdicts_on(self, fills: Iterable[str]) -> list[Verdict]:
        names = list(fills)
        if not names:
            return []
        evidence = self._watch.evidence()
        found = settlings(evidence)
        return [verdict_on(name, self._awards, evidence, found.get(name, ())) for name in names]
