"""What crossed the bridges of a run, when it arrived, and what running them cost; read off blocks and states."""

from dataclasses import dataclass, field

from solvernet.bridge_builder import OPERATORS
from solvernet.scenario import Scenario
from venues.bridges import AnyPort, BridgePort, FastPort
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.chains.transaction import Receipt
from venues.passages import sending_of
from venues.world import World

Way = tuple[str, str, str]
"""Bridge, and the CAIP-2 ids of the chains it is crossed from and to."""


@dataclass(slots=True)
class WayCourse:
    """One direction of one bridge over a run."""

    sent: dict[str, int] = field(default_factory=dict)
    """Block time of each sending that has not arrived, by transfer."""

    took_ms: dict[str, int] = field(default_factory=dict)
    """Time from the block of the sending to that of the payment, by transfer."""

    cost_wei: int = 0
    """Paid for gas at the far end by those who run the bridge."""


class BridgeRecord:
    """Watches the bridges of one run; nothing depends on it."""

    def __init__(self, scenario: Scenario) -> None:
        self.courses: dict[Way, WayCourse] = {}
        self._runners: dict[tuple[str, str], Way] = {}
        for name, part in scenario.bridges.items():
            ends = [scenario.chains[chain].caip2 for chain in part.chains]
            for source, target in (ends, reversed(ends)):
                self.courses[name, source, target] = WayCourse()
                self._runners |= {(target, f"{role}.{name}"): (name, source, target) for role in OPERATORS}

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Note what was sent, what is no longer sent, what was paid for gas, and what has arrived here."""
        for undone in produced.undone:
            self._note(undone, -1)
        for receipt in produced.receipts:
            self._note(receipt, 1)
        for (name, _, target), course in self.courses.items():
            if target == chain_id and course.sent:
                self._arrive(world, name, target, course)

    def _note(self, receipt: Receipt, sign: int) -> None:
        way = self._runners.get((receipt.block.chain, receipt.sender))
        if way is not None:
            self.courses[way].cost_wei += sign * receipt.cost_wei
        for log in receipt.logs:
            if log.name != "Bridged":
                continue
            course = self.courses[str(log.get("bridge")), receipt.block.chain, str(log.get("to"))]
            if sign > 0 and sending_of(receipt) not in course.took_ms:
                course.sent[sending_of(receipt)] = receipt.block.time_ms
            elif sign < 0:
                course.sent.pop(sending_of(receipt), None)

    def _arrive(self, world: World, name: str, target: str, course: WayCourse) -> None:
        port = world.state(target).bridges[name]
        coming = {passage.id for passage in world.on_its_way(name)}
        for transfer in [each for each in course.sent if _is_paid(port, each, coming)]:
            course.took_ms[transfer] = world.chain(target).time_ms - course.sent.pop(transfer)


def _is_paid(port: AnyPort, transfer: str, coming: set[str]) -> bool:
    """Return whether a transfer was paid here; `coming` are those that this end has not been told of."""
    if isinstance(port, BridgePort):
        return transfer not in coming and all(due.id != transfer for due in port.queue)
    if isinstance(port, FastPort) and transfer in port.fronts:
        return True
    return transfer in port.settled and not port.till.unpaid(transfer)
