"""Reading and writing recorded rounds."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from auction.winner_determination.offer import Limits, Offer

FILE = Path(__file__).with_name("rounds.json.gz")

Recorded = tuple[list[Offer], Limits]


def written(rounds: Sequence[Recorded]) -> bytes:
    """Return rounds as they are kept: the same bytes for the same rounds."""
    plain = [{"offers": [asdict(offer) for offer in offers], "capacity": limits.capacity} for offers, limits in rounds]
    return gzip.compress(json.dumps(plain).encode(), mtime=0)


def recorded() -> list[Recorded]:
    """Return the recorded rounds."""
    return [
        ([Offer(**offer) for offer in kept["offers"]], Limits(capacity=kept["capacity"]))
        for kept in json.loads(gzip.decompress(FILE.read_bytes()))
    ]
