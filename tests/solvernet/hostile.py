"""Solvers that misbehave in every way their developers may manage to."""

import os
import sys
from collections.abc import Sequence

from solvernet import Batch, Bid, Solver


class Looping(Solver):
    """Never comes back."""

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        while True:
            pass


class Crashing(Solver):
    """Takes its process down."""

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        os._exit(3)


class Raising(Solver):
    """Raises."""

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        raise RuntimeError("no idea\nwhat to do")


class Exiting(Solver):
    """Leaves politely."""

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        sys.exit("bye")


class Junk(Solver):
    """Returns something else."""

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        return "all your intents"  # type: ignore[return-value]


class Printing(Solver):
    """Prints, on every channel it finds, and bids like everybody else."""

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        sys.stdout.write("x" * 100_000)
        os.write(1, b"raw bytes on the channel\n" * 1000)
        return [batch.route(job, engine="path").to_bid(markup_bps=5) for job in batch.intents]


class Hungry(Solver):
    """Eats memory."""

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        eaten = [bytearray(1 << 24) for _ in range(4096)]
        return [None] * len(eaten)
