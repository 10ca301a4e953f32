"""When the stages of locks begin, and when the parties of a swap act: what they agree on beforehand."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timelocks:
    """When each stage of a lock begins, in milliseconds from the block that opened it."""

    withdrawal_ms: int
    """The taker may withdraw: the chain's finality has passed."""

    public_withdrawal_ms: int
    """Anybody with the secret may."""

    cancellation_ms: int
    """Nobody may withdraw any more, and the taker may cancel."""

    public_cancellation_ms: int | None = None
    """Anybody may cancel; on the destination nobody but the taker ever may."""

    def __post_init__(self) -> None:
        stages = [0, self.withdrawal_ms, self.public_withdrawal_ms, self.cancellation_ms]
        if self.public_cancellation_ms is not None:
            stages.append(self.public_cancellation_ms)
        if stages != sorted(stages):
            raise ValueError(f"stages of a lock begin one after the other, not at {stages[1:]}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Timelocks of both locks, and when the parties act."""

    source: Timelocks
    destination: Timelocks
    lock_from_ms: int
    """Age of the source lock at which the taker locks the destination."""

    lock_until_ms: int
    """Age of the source lock after which the destination is not locked any more."""

    revealed_by_ms: int
    """Age of the source lock at which the secret is out, or never will be."""

    @property
    def length_ms(self) -> int:
        """Age of the source lock at which the maker gets back what nobody took, if they must do it themselves."""
        return self.source.public_cancellation_ms or self.source.cancellation_ms
