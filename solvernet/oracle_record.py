"""What the feeds of a run said, and what it cost them: read off the receipts of their transactions."""

from dataclasses import dataclass, field

from solvernet.scenario import Scenario
from venues.chain_state import Answer, ChainState
from venues.chains.chain import Produced
from venues.oracles.tampering import PREFIX
from venues.world import World


@dataclass(slots=True)
class FeedCourse:
    """One feed over a run."""

    answers: list[Answer] = field(default_factory=list)
    """Answers that came into force, oldest first; the first one was in force when the run began."""

    cost_wei: int = 0
    """Paid for all its transactions, the refused ones as well."""

    refused: int = 0
    """Transactions that reverted."""


class OracleRecord:
    """Watches the feeds of one run; nothing depends on it."""

    def __init__(self, scenario: Scenario, world: World) -> None:
        """Begin with the answers in force."""
        chains = {feed: scenario.chains[part.chain].caip2 for feed, part in scenario.oracles.items()}
        self.courses = {feed: FeedCourse([world.state(chain).answer]) for feed, chain in chains.items()}
        self._senders = {PREFIX + feed: course for feed, course in self.courses.items()}

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:  # noqa: ARG002
        """Note answers and costs."""
        for receipt in produced.receipts:
            course = self._senders.get(receipt.sender)
            if course is None:
                continue
            course.cost_wei += receipt.cost_wei
            course.refused += receipt.status == "reverted"
            for log in receipt.logs:
                if log.name == "Answered":
                    price, observed_ms = int(log.get("price")), int(log.get("observed_ms"))
                    course.answers.append(Answer(price, receipt.block.time_ms, observed_ms))
