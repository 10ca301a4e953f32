"""Since when a block counts, and what of a chain anybody can work out for themselves.

One question for every kind of chain. A chain of its own answers it by its rules of confirmation; a rollup by what has
been posted to its L1, so that its state is worth as much as its data. Whoever waits for finality asks the chain, which
asks here: escrow, bridges and proofs know no difference.
"""

from collections import deque
from typing import Protocol

from venues.chains.confirmation import Confirmation, Level
from venues.chains.intervals import blocks_ms
from venues.chains.produced import BlockSummary
from venues.chains.rules import ChainRules


class Availability(Protocol):
    """The answer for one chain."""

    def reached_ms(self, level: Level, number: int, time_ms: int) -> int | None:
        """Return when block `number`, made at `time_ms`, reaches a level.

        `None` while something must happen first of which nobody knows when it will. An answer may be taken back by a
        reorganisation, of the chain itself or of the one that holds its data.
        """

    def derivable(self, now_ms: int) -> int:
        """Return the last block whose state anybody can derive from what is published by an instant."""

    def late_ms(self, level: Level, ruled_ms: int) -> int:
        """Return the time that a level takes at worst, given what the rules say, by how it went of late."""


def ruled_ms(rule: Confirmation, recent: deque[BlockSummary], on_top: int, time_ms: int) -> int | None:
    """Return when a block made at `time_ms` reaches a level by a rule of its chain; `None` while blocks are missing.

    Args:
        rule: What it waits for.
        recent: Last blocks of the chain.
        on_top: Blocks on top of it.
        time_ms: When it was made.
    """
    behind = on_top - rule.blocks
    if behind < 0:
        return None
    completed_ms = recent[-1 - min(behind, len(recent) - 1)].time_ms if rule.blocks else time_ms
    return max(completed_ms, rule.ready_ms(time_ms))


def ruled_finality_ms(rules: ChainRules, level: Level, quantile: float | None) -> int:
    """Return the time a level takes: a boundary at its latest, the delay, and blocks at their mean interval.

    With a quantile, the blocks take the time that they exceed with one minus that chance.
    """
    rule, usual_ms = rules.level(level), rules.interval_ms
    taken_ms = rule.blocks * usual_ms if quantile is None else blocks_ms(rules, rule.blocks, quantile)
    return rule.usual_ms(usual_ms) - rule.blocks * usual_ms + taken_ms
