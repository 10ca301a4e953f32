"""What the rollups of a run did: when their blocks were made, and what it cost to post and to prove them."""

from dataclasses import dataclass, field

from solvernet.scenario import Scenario
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.chains.transaction import Receipt
from venues.world import World


@dataclass(slots=True)
class RollupCourse:
    """One rollup over a run."""

    times: dict[int, int] = field(default_factory=dict)
    """When each block was made, by number."""

    early_ms: list[int] = field(default_factory=list)
    """How long before its block each transaction of the scenario was promised its place."""

    batcher: dict[str, Receipt] = field(default_factory=dict)
    """Receipts on the L1, by transaction."""

    prover: dict[str, Receipt] = field(default_factory=dict)


class RollupRecord:
    """Watches the rollups of one run that post to an L1; nothing depends on it."""

    def __init__(self, scenario: Scenario) -> None:
        posting = {name: part.caip2 for name, part in scenario.chains.items() if part.batcher is not None}
        self.courses = {name: RollupCourse() for name in posting}
        self._rollups = {caip2: self.courses[name] for name, caip2 in posting.items()}
        self._services = {f"batcher.{name}": course.batcher for name, course in self.courses.items()}
        self._services |= {f"prover.{name}": course.prover for name, course in self.courses.items()}

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:  # noqa: ARG002
        """Note a block, and forget receipts of blocks that are no longer part of the chain."""
        if chain_id in self._rollups:
            course, summary = self._rollups[chain_id], produced.summary
            course.times[summary.number] = summary.time_ms
            course.early_ms += [summary.time_ms - receipt.promised_ms for receipt in produced.receipts]
        for undone in produced.undone:
            self._services.get(undone.sender, {}).pop(undone.transaction_id, None)
        for receipt in produced.receipts:
            if receipt.sender in self._services:
                self._services[receipt.sender][receipt.transaction_id] = receipt
