"""What users do between two rounds, in order: intents as they are posted, and cancellations of earlier ones."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from solvernet.users import Posting, UserFlow


@dataclass(frozen=True, slots=True)
class Cancelling:
    """A user who gives up an intent."""

    time_ms: int
    user: int
    intent_id: str


class Agenda:
    """The users' doings over a whole run."""

    def __init__(self, flow: UserFlow) -> None:
        self._flow = flow
        self._cancels: list[tuple[int, int, str]] = []

    def accepted(self, posting: Posting, intent_id: str) -> None:
        """Take note that an intent was accepted: its user may want to cancel it later."""
        if posting.cancel_after_ms:
            due_ms = posting.time_ms + posting.cancel_after_ms
            heapq.heappush(self._cancels, (due_ms, posting.user, intent_id))

    def until(self, from_ms: int, round_ms: int, *, is_open: bool) -> Iterator[Posting | Cancelling]:
        """Yield what is done after `from_ms` and up to `round_ms`; intents only while the window is open."""
        postings = list(self._flow.between(from_ms, round_ms)) if is_open else []
        while postings or (self._cancels and self._cancels[0][0] <= round_ms):
            if self._cancels and (not postings or self._cancels[0][0] <= postings[0].time_ms):
                yield Cancelling(*heapq.heappop(self._cancels))
            else:
                yield postings.pop(0)
