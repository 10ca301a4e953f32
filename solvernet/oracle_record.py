"""What the feeds of a run said, and what it cost them: read off the receipts of their transactions."""

from dataclasses import dataclass, field

from solvernet.scenario import Scenario
from venues.chain_state import Answer, ChainState
from venues.chains.produced import Produced
from venues.chains.transaction import Receipt
from venues.oracles.tampering import PREFIX
from venues.world import World


@dataclass(slots=True)
class FeedCourse:
    """One feed over a run."""

    first: Answer
    """In force when the run began."""

    receipts: list[Receipt] = field(default_factory=list)
    """Of its transactions, in the order of their blocks."""

    @property
    def answers(self) -> list[Answer]:
        """Answers that came into force, oldest first."""
        return [self.first, *(_answer(receipt) for receipt in self.receipts if receipt.status == "success")]


class OracleRecord:
    """Watches the feeds of one run; nothing depends on it."""

    def __init__(self, scenario: Scenario, world: World) -> None:
        """Begin with the answers in force."""
        chains = {feed: scenario.chains[part.chain].caip2 for feed, part in scenario.oracles.items()}
        self.courses = {feed: FeedCourse(world.state(chain).answer) for feed, chain in chains.items()}
        self._senders = {PREFIX + feed: course for feed, course in self.courses.items()}

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:  # noqa: ARG002
        """Note the receipts of feeds, and forget those of blocks that are no longer part of the chain."""
        for undone in produced.undone:
            if undone.sender in self._senders:
                self._senders[undone.sender].receipts.remove(undone)
        for receipt in produced.receipts:
            if receipt.sender in self._senders:
                self._senders[receipt.sender].receipts.append(receipt)


def _answer(receipt: Receipt) -> Answer:
    log = next(log for log in receipt.logs if log.name == "Answered")
    return Answer(int(log.get("price")), receipt.block.time_ms, int(log.get("observed_ms")))
