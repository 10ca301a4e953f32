"""What reaches the auctioneer between two rounds, in order: intents, and cancellations of earlier ones."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace

from solvernet.network_faults import CALM, NetworkFaults
from solvernet.users import Posting, UserFlow


@dataclass(frozen=True, slots=True)
class Cancelling:
    """A user who gives up an intent."""

    time_ms: int
    user: int
    intent_id: str


class Agenda:
    """The users' doings over a whole run, as they arrive."""

    def __init__(self, flow: UserFlow, network: NetworkFaults = CALM) -> None:
        self._flow = flow
        self._network = network
        self._posted = 0
        self._coming: list[tuple[int, int, int, str, Posting | Cancelling]] = []
        """On their way, by instant of arrival; at equal times cancellations first, by user and intent."""

    def accepted(self, posting: Posting, intent_id: str) -> None:
        """Take note that an intent was accepted when it arrived: its user may want to cancel it later."""
        if posting.cancel_after_ms:
            sent_ms = posting.time_ms + posting.cancel_after_ms
            due_ms = self._network.arrival_ms(sent_ms, f"cancel:{intent_id}")
            doing = Cancelling(due_ms, posting.user, intent_id)
            heapq.heappush(self._coming, (due_ms, 0, posting.user, intent_id, doing))

    def until(self, from_ms: int, round_ms: int, *, is_open: bool) -> Iterator[Posting | Cancelling]:
        """Yield what arrives up to `round_ms`; users post after `from_ms`, and only while the window is open."""
        for posting in self._flow.between(from_ms, round_ms) if is_open else ():
            self._post(posting)
        while self._coming and self._coming[0][0] <= round_ms:
            yield heapq.heappop(self._coming)[-1]

    def _post(self, posting: Posting) -> None:
        intent = posting.intent
        due_ms = self._network.arrival_ms(posting.time_ms, f"post:{intent.owner}:{intent.nonce}")
        self._posted += 1
        heapq.heappush(self._coming, (due_ms, 1, self._posted, "", replace(posting, time_ms=due_ms)))
