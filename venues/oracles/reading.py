"""What a source of prices says when it is asked."""

from dataclasses import dataclass
from typing import Literal, Protocol

from venues.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A price and how good it is."""

    price: int
    """Dollars times `PRICE_UNIT`."""

    confidence: int
    """Half the width of the interval in which the source believes the price to be; zero if it does not say."""

    observed_ms: int
    """When the price was true."""

    signers: tuple[int, ...] = ()
    """Nodes that vouch for it, where there are any."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No price, and why."""

    why: Literal["down", "unknown"]
    """`down`: the source does not answer; `unknown`: it answers that it does not know."""


class Source(Protocol):
    """Where a price can be read."""

    @property
    def name(self) -> str:
        """Unique name."""

    def read(self, view: View, now_ms: int) -> Reading | Unreadable:
        """Return what the source says now."""
