"""What reorganisations take from solvers: claims that are undone, and payments that have to be given back.

A solver that held what it had promised, and lacks it only because of this, has broken nothing.
"""

import re
from typing import Final

from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.chains.transaction import Log, Receipt

_LACK: Final = re.compile(r"lacks Backing\(ether=(\d+), cash=(\d+)\)")


class TakenBack:
    """All that was taken so far."""

    def __init__(self) -> None:
        self._taken: list[tuple[int, str, str, int]] = []
        """Time, chain, solver, and USDC base units; negative where it was made good."""

        self._undone: set[str] = set()
        """Fills whose claim was undone and has not landed again."""

    def note(self, produced: Produced[ChainState]) -> None:
        """Take note of a block, and of the blocks whose place it takes."""
        for receipt in produced.undone:
            self._note(receipt, produced.summary.time_ms, undone=True)
        for receipt in produced.receipts:
            self._note(receipt, produced.summary.time_ms, undone=False)

    def explains(self, reason: str, solver: str, chain: str, since_ms: int) -> int:
        """Return what was taken from a solver on a chain since an instant, if that is all that it lacks; else zero."""
        found = _LACK.search(reason)
        taken = sum(cash for at, where, who, cash in self._taken if (where, who) == (chain, solver) and at >= since_ms)
        return taken if found and found[1] == "0" and 0 < int(found[2]) <= taken else 0

    def _note(self, receipt: Receipt, time_ms: int, *, undone: bool) -> None:
        for log in receipt.logs:
            lost = self._lost(log, undone=undone)
            if lost:
                solver = receipt.sender if log.name == "Claimed" else str(log.get("solver"))
                self._taken.append((time_ms, receipt.block.chain, solver, lost))

    def _lost(self, log: Log, *, undone: bool) -> int:
        """Return what a log, or its undoing, costs the solver that it names."""
        if log.name == "Restituted":
            cash = int(str(log.get("solver_cash")))
            return -cash if undone else cash
        if log.name != "Claimed" and (log.name != "Completed" or log.get("what") != "claim"):
            return 0
        fill, cash = str(log.get("fill")), int(str(log.get("cash")))
        if undone:
            self._undone.add(fill)
            return cash
        if fill in self._undone:
            self._undone.remove(fill)
            return -cash
        return 0
