"""Broker faults in a scenario's own time: which messages are held up or lost, and which rounds cannot be held.

They happen to the logical times of messages, before any bus carries them, so that a run is the same on either bus and
with solvers wherever they are. What a real broker does when it dies is another matter, and the bus's own.

Users insist: a message that is lost is sent again when its receipt is overdue, and one that finds no broker waits for
it. Sealed bids are sent once, because the round does not wait; who settles what has been awarded is not asked again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from intents.bus.receipts import Persistence
from venues.faults import EVERYWHERE, NO_FAULTS, Fault, FaultKind, Faults

RESEND_MS: Final = round(Persistence().timeout_s * 1000)
"""Time after which a user's client sends a message again that got no receipt."""

_OUTAGE: Final[tuple[FaultKind, ...]] = ("broker_outage",)
_OF_MESSAGES: Final[frozenset[FaultKind]] = frozenset({"broker_outage", "message_delay", "message_loss"})

LOST: Final = "lost"
"""What is noted of a solver whose bids did not arrive."""


@dataclass(frozen=True, slots=True)
class NetworkFaults:
    """What becomes of messages."""

    faults: Faults = NO_FAULTS

    def arrival_ms(self, sent_ms: int, message: str) -> int:
        """Return when a user's message reaches the auctioneer.

        Args:
            sent_ms: When it is first sent.
            message: Its unique name: which of its transmissions are lost is drawn for each.
        """
        time_ms, attempt = self._broker_back_ms(sent_ms), 0
        while (fault := self._active("message_loss", time_ms)) and self.faults.hits(fault, "user", message, attempt):
            time_ms, attempt = self._broker_back_ms(time_ms + RESEND_MS), attempt + 1
        delay = self._active("message_delay", time_ms)
        return self._broker_back_ms(time_ms + delay.delay_ms) if delay else time_ms

    def cuts(self, from_ms: int, until_ms: int) -> bool:
        """Return whether there is no broker at some instant from `from_ms` to `until_ms`, both included."""
        return self.faults.touches(_OUTAGE, EVERYWHERE, from_ms, until_ms + 1)

    def lost_sheets(self, time_ms: int, number: int, solvers: Iterable[str]) -> frozenset[str]:
        """Return the solvers whose bids do not arrive in round `number`, held at `time_ms`."""
        fault = self._active("message_loss", time_ms)
        if fault is None:
            return frozenset()
        return frozenset(name for name in solvers if self.faults.hits(fault, "sheet", name, number))

    def quiet_ms(self, end_ms: int) -> int:
        """Return an instant by which all that users sent up to `end_ms` has arrived."""
        for fault in self.faults.schedule:
            if fault.kind in _OF_MESSAGES and fault.from_ms <= end_ms:
                end_ms = max(end_ms, fault.until_ms + fault.delay_ms + RESEND_MS)
        return end_ms

    def _broker_back_ms(self, time_ms: int) -> int:
        return self.faults.over_ms(_OUTAGE, EVERYWHERE, time_ms)

    def _active(self, kind: FaultKind, time_ms: int) -> Fault | None:
        return self.faults.active(kind, EVERYWHERE, time_ms)


CALM: Final = NetworkFaults()
