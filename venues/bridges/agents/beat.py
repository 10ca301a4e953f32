"""The beat in which somebody looks at a bridge."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A bridge, and how often somebody looks at both its ends."""

    bridge: str
    chains: tuple[str, str]
    """CAIP-2 ids of both ends."""

    period_ms: int
    offset_ms: int = 0
    retry_ms: int = 60_000
    """Time after which a transaction that still waits is replaced by a dearer one."""

    def next_ms(self, now_ms: int) -> int:
        """Return the next look."""
        return now_ms + self.period_ms - (now_ms - self.offset_ms) % self.period_ms

    @property
    def ways(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Both directions, as source and target."""
        return self.chains, (self.chains[1], self.chains[0])
