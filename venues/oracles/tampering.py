"""What the schedule of faults does to those who report prices.

A feed is named as in its scenario; a source behind a feed of several is named `feed.source`. A feed can stop, a number
of its nodes can stop, nodes can be bribed to tell one price that is wrong, and the stablecoin in which markets quote
can lose its peg, so that everybody reports honestly in the wrong unit.
"""

from typing import Final

from venues.faults import Fault, Faults

MILLION: Final = 1_000_000
PREFIX: Final = "oracle."
"""What the account of a feed begins with, before its name in the scenario."""


def feed_of(account: str) -> str:
    """Return the name that faults know a feed by, from the account that it pays from."""
    return account.removeprefix(PREFIX)


def is_halted(faults: Faults, feed: str, now_ms: int) -> bool:
    """Return whether a feed or a source says nothing at all."""
    return any(fault.covers(now_ms) and fault.nodes == 0 for fault in faults.of("oracle_halt", feed))


def silent_nodes(faults: Faults, feed: str, now_ms: int) -> int:
    """Return how many nodes of a feed are down."""
    return max((fault.nodes for fault in faults.of("oracle_halt", feed) if fault.covers(now_ms)), default=0)


def bribe(faults: Faults, feed: str, now_ms: int) -> Fault | None:
    """Return the manipulation that a feed is under."""
    return faults.active("oracle_manipulation", feed, now_ms)


def moved(price: int, shift_ppm: int) -> int:
    """Return a price moved by a number of millionths, rounded down; it does not fall below zero."""
    return max(price + price * shift_ppm // MILLION, 0)


def quoted(price: int, faults: Faults, feed: str, now_ms: int) -> int:
    """Return a dollar price as markets quote it, whose stablecoin may be worth more or less than a dollar.

    A stablecoin 10 % below its peg, `shift_ppm=-100_000`, makes ether a ninth dearer in it. Rounded down.
    """
    fault = faults.active("depeg", feed, now_ms)
    return price if fault is None else price * MILLION // (MILLION + fault.shift_ppm)
