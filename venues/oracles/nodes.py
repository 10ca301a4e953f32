"""The nodes behind a median, and the report that they agree on.

An answer on chain is trusted for `f + 1` signatures: with at most `f` faulty nodes one of them is honest, and an honest
node signs only the median of `2f + 1` observations or more, of which more than half are honest. So `f` colluding nodes,
even where one of them leads the round and picks the observations, cannot push the answer beyond what honest nodes saw;
`f + 1` need nobody else and say what they want.

Source: smartcontractkit/libocr, `median.go`, and the on-chain contract (`f + 1` signatures, more than `f`
observations).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from venues.oracles import tampering
from venues.oracles.reading import Reading, Unreadable
from venues.seeds import SeedPath, generator
from venues.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class MedianRules:
    """Set-up of a feed."""

    nodes: int
    faulty: int
    """Nodes that may fail or lie without moving the answer: `3 * faulty < nodes`."""

    deviation_ppb: int
    """Relative change that makes a report, in billionths."""

    heartbeat_ms: int
    """Longest time between reports."""

    poll_ms: int
    """Time between rounds of observation."""

    noise_ppm: int
    """Standard deviation of a node's error."""

    latency_ms: int
    """Largest age of a node's source."""

    minimum: int
    maximum: int
    """Answers outside these bounds are not reported: the feed freezes, it does not clamp."""

    late: int = 0
    """Nodes, the last ones, whose sources are older than those of the others."""

    late_ms: int = 0
    """By how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Nodes that observe one price together."""

    name: str
    """What faults call it."""

    rules: MedianRules
    seed: SeedPath

    def report(self, view: View, now_ms: int) -> "Report | None":
        """Return the report of a round, or `None` if too few nodes answer."""
        rules, bribed = self.rules, tampering.bribe(view.faults, self.name, now_ms)
        ages, seen = self._observations(view, now_ms)
        by_speed = sorted(range(rules.nodes), key=lambda node: (ages[node], node))
        if bribed is None:
            up = self._up(view, now_ms)
            answered = [node for node in by_speed if node < up]
            if up < rules.nodes and up <= 2 * rules.faulty:
                return None
            return _report([seen[node] for node in answered], answered, rules.faulty)
        liars = min(bribed.nodes, rules.nodes)
        lie = tampering.moved(view.truth.price(now_ms), bribed.shift_ppm)
        if liars > rules.faulty:
            return Report(answer=lie, observations=(lie,) * liars, signers=tuple(range(rules.faulty + 1)))
        honest = seen[liars:]
        if self._leader(now_ms) < liars:
            honest = sorted(honest, key=lambda price: abs(price - lie))[: 2 * rules.faulty + 1 - liars]
        return _report([lie] * liars + honest, by_speed, rules.faulty)

    def read(self, view: View, now_ms: int) -> Reading | Unreadable:
        """Return what the nodes agree on, for a feed that looks at other sources too."""
        if tampering.is_halted(view.faults, self.name, now_ms):
            return Unreadable("down")
        report = self.report(view, now_ms)
        if report is None or not self.rules.minimum <= report.answer <= self.rules.maximum:
            return Unreadable("unknown")
        return Reading(price=report.answer, confidence=0, observed_ms=now_ms, signers=report.signers)

    def _up(self, view: View, now_ms: int) -> int:
        """Return how many nodes answer."""
        return self.rules.nodes - min(tampering.silent_nodes(view.faults, self.name, now_ms), self.rules.nodes)

    def _leader(self, now_ms: int) -> int:
        """Return the node that leads a round; nodes take turns."""
        return now_ms // self.rules.poll_ms % self.rules.nodes

    def _observations(self, view: View, now_ms: int) -> tuple[list[int], list[int]]:
        """Return the age of what each node sees, and what it sees."""
        rules = self.rules
        rng = generator(*self.seed, now_ms)
        ages: list[int] = rng.integers(0, rules.latency_ms + 1, rules.nodes).tolist()
        errors = rng.standard_normal(rules.nodes) * rules.noise_ppm
        ages = [age + rules.late_ms * (node >= rules.nodes - rules.late) for node, age in enumerate(ages)]
        prices = (tampering.quoted(view.truth.price(now_ms - a), view.faults, self.name, now_ms - a) for a in ages)
        return ages, [price + round(price * float(error) / 1e6) for price, error in zip(prices, errors, strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the nodes agreed on."""

    answer: int
    observations: tuple[int, ...]
    signers: tuple[int, ...]
    """Nodes whose signatures it carries."""


def median(observations: Sequence[int]) -> int:
    """Return the upper median of the observations.

    Raises:
        ValueError: if there are none.
    """
    if not observations:
        raise ValueError("no observations")
    return sorted(observations)[len(observations) // 2]


def _report(observations: Sequence[int], nodes: Sequence[int], faulty: int) -> Report | None:
    """Return the median of more than `faulty` observations, signed by the first nodes that can."""
    if len(observations) <= faulty:
        return None
    return Report(answer=median(observations), observations=tuple(observations), signers=tuple(nodes[: faulty + 1]))
