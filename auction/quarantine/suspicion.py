"""Which intent solvers break on: found by trying the intents that can be it in halves.

A round in which enough independent groups of solvers break, that did not break on these intents before, opens a trial.
Everything that was in it and that those groups never worked with can be the poison. The next round has half of the
suspects, beside what is cleared; new intents wait. If it goes wrong, the poison is in that half, else in the other. The
last one left goes back once more to be sure, and is convicted only if the groups were seen at work without it
meanwhile: else it waits for a round while the others are in. A solver that breaks although it has worked with every
intent of a round before is not believed until it works again.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from auction.quarantine.rules import QuarantineRules, Seen

Guilt = tuple[str, tuple[str, ...]]
"""An intent, and the groups that broke on it."""


@dataclass(slots=True)
class _Trial:
    """What can be the poison, and who broke on it."""

    groups: frozenset[str]
    suspects: list[str]
    controlled: set[str] = field(default_factory=set)
    """Groups that have worked since without any of the suspects."""

    tried: frozenset[str] = frozenset()
    """Suspects that are in the next round, with what is cleared; if there are none, all others are in it."""


class Suspicion:
    """What is remembered of rounds, and the trial under way, if any."""

    def __init__(self, rules: QuarantineRules) -> None:
        self._rules = rules
        self._worked: dict[str, set[str]] = {}
        """Intents that each group has worked with."""

        self._broke: Counter[str] = Counter()
        """Rounds of trials that went wrong with an intent among the suspects."""

        self._discredited: set[str] = set()
        self._trial: _Trial | None = None

    def waits(self, name: str) -> bool:
        """Return whether an intent stays out of the next round, so that others can be told from it."""
        trial = self._trial
        if trial is None:
            return False
        if not trial.tried:
            return name in trial.suspects
        return name not in trial.tried and not self._is_cleared(name, trial.groups)

    def look(self, seen: Seen, names: Collection[str], doubtful: Collection[str] = ()) -> tuple[Guilt, ...]:
        """Take note of a round, and return what solvers were proved to break on by it.

        Args:
            seen: The round, without any intent that was in quarantine before.
            names: Intents that are open and were never in quarantine.
            doubtful: Those of owners who brought about a quarantine before: the others are tried first.
        """
        accusers = self.accusers(seen)
        self._remember(seen, names)
        if len(accusers) >= self._rules.least_groups:
            self._accuse(seen, accusers)
        trial = self._trial
        if trial is None:
            return ()
        if not seen.intents & set(trial.suspects):
            trial.controlled |= trial.groups & seen.present - seen.broken
        trial.suspects = [s for s in trial.suspects if s in names and not self._is_cleared(s, trial.groups)]
        return self._decided(trial, doubtful)

    def accusers(self, seen: Seen) -> frozenset[str]:
        """Return the groups that broke in a round and are believed."""
        return frozenset(
            group
            for group in seen.broken - self._discredited
            if not seen.intents <= self._worked.get(group, frozenset[str]())
        )

    def _remember(self, seen: Seen, names: Collection[str]) -> None:
        for group in sorted(seen.present):
            worked = self._worked.setdefault(group, set())
            if group not in seen.broken:
                worked |= seen.intents
                self._discredited.discard(group)
            elif seen.intents <= worked:
                self._discredited.add(group)
            worked &= {*names, *seen.intents}

    def _accuse(self, seen: Seen, accusers: frozenset[str]) -> None:
        """Begin a trial of what can be the poison, or narrow down the one under way."""
        suspects = [name for name in sorted(seen.intents) if not self._is_cleared(name, accusers)]
        if self._trial is not None:
            common = [name for name in suspects if name in self._trial.suspects]
            suspects, accusers = common or suspects, accusers if not common else self._trial.groups & accusers
        if suspects and len(accusers) >= self._rules.least_groups:
            controlled = self._trial.controlled if self._trial is not None else set()
            self._trial = _Trial(accusers, suspects, set(accusers & controlled))
            self._broke.update(suspects)

    def _decided(self, trial: _Trial, doubtful: Collection[str]) -> tuple[Guilt, ...]:
        """Return the poison if it is found, or say who is tried next."""
        suspects = trial.suspects
        if not suspects:
            self._trial = None
            return ()
        is_controlled = len(trial.controlled) >= self._rules.least_groups
        if len(suspects) > 1:
            trusted = [name for name in suspects if name not in doubtful]
            is_told_apart = 0 < len(trusted) < len(suspects)
            trial.tried = frozenset(trusted if is_told_apart else suspects[: len(suspects) // 2])
        elif is_controlled and self._broke[suspects[0]] >= self._rules.least_rounds:
            self._trial = None
            return ((suspects[0], tuple(sorted(trial.groups))),)
        else:
            trial.tried = frozenset(suspects if is_controlled else ())
        return ()

    def _is_cleared(self, name: str, groups: Collection[str]) -> bool:
        against = sum(name not in self._worked.get(group, ()) for group in groups)
        return against < self._rules.least_groups
