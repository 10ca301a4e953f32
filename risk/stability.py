"""Execution environment stability: how much of what had to be done was done, in time, at a right price.

`EES = good weight / due weight`, for each class of critical operation. A layer's figure is the smallest, over the
classes, of what would be left if that layer alone had failed. The headline is the minimum over classes: a mean hides
the class that breaks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from intents.lifecycle import LAYER_OF_CAUSE, Cause

OperationClass = Literal["oracle_update", "margin_call", "liquidation", "intent_settlement", "exercise"]

CLASSES: Final[tuple[OperationClass, ...]] = (
    "oracle_update",
    "margin_call",
    "liquidation",
    "intent_settlement",
    "exercise",
)
LAYERS: Final = ("consensus", "oracle", "liquidation", "microstructure", "intents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One critical operation that was due."""

    kind: OperationClass
    name: str
    due_ms: int
    weight: int
    """Value at risk in it, in USDC base units."""

    good: int
    """Part of the weight for which it was done in time, at a right price, within its cost budget."""

    cause: Cause | None = None
    """Why the rest was not good."""


@dataclass(frozen=True, slots=True)
class Score:
    """Weights of a class of operations."""

    count: int
    due: int
    good: int

    @property
    def ees(self) -> float | None:
        """Good weight over due weight, or `None` if nothing was due."""
        return self.good / self.due if self.due else None


@dataclass(frozen=True, slots=True)
class Stability:
    """The measure of a run."""

    classes: Mapping[OperationClass, Score]
    layers: Mapping[str, float | None]
    causes: Mapping[str, int]
    """Weight lost to each cause, over all classes, in USDC base units."""

    @property
    def minimum(self) -> float | None:
        """Smallest figure over the classes, or `None` if nothing was due."""
        return min((score.ees for score in self.classes.values() if score.ees is not None), default=None)


def measure(operations: Iterable[Operation]) -> Stability:
    """Return the stability that a run's critical operations show."""
    by_class: dict[OperationClass, list[Operation]] = {kind: [] for kind in CLASSES}
    for operation in operations:
        by_class[operation.kind].append(operation)
    everything = [operation for found in by_class.values() for operation in found]
    return Stability(
        classes={kind: _score(found) for kind, found in by_class.items()},
        layers={layer: _layer(by_class, layer) for layer in LAYERS},
        causes=_lost(everything),
    )


def _score(operations: list[Operation]) -> Score:
    return Score(len(operations), sum(o.weight for o in operations), sum(o.good for o in operations))


def _layer(by_class: Mapping[OperationClass, list[Operation]], layer: str) -> float | None:
    """Return the smallest share that a layer left intact, over the classes that had anything due."""
    shares = []
    for operations in by_class.values():
        due = sum(operation.weight for operation in operations)
        lost = sum(o.weight - o.good for o in operations if o.cause and LAYER_OF_CAUSE[o.cause] == layer)
        if due:
            shares.append(1 - lost / due)
    return min(shares, default=None)


def _lost(operations: Iterable[Operation]) -> dict[str, int]:
    lost: dict[str, int] = {}
    for operation in operations:
        if operation.cause and operation.weight > operation.good:
            lost[operation.cause] = lost.get(operation.cause, 0) + operation.weight - operation.good
    return dict(sorted(lost.items()))
