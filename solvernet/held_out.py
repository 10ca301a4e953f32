"""What the simulated L1 of 12 March 2020 says of hours that its demand was not fitted to.

    python -m solvernet.held_out [--seeds N] [--rounds N] [--out FILE]

Demand is fitted to every second hour. In the hours between, of which nothing is used, it lies between its neighbours,
give or take what such a guess misses by; how much that is shows when fitted hours are hidden in turn. The chain is
then run alone over the whole day, once for each seed, and compared with what was observed in the hidden hours.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from solvernet.calibrate import ROUNDS, known_targets
from solvernet.fee_scores import (
    BAND,
    STATISTICS,
    STEPS_PER_HOUR,
    Fall,
    Hidden,
    Scores,
    between_observations,
    failings,
    fall,
    fall_failings,
    mean_error,
    scores,
)
from solvernet.market_data import BLACK_THURSDAY, PATIENCE_MS, Row, gas_rows
from venues.chains.background import Demand, DemandStep
from venues.chains.demand_fit import Target, fit, simulate
from venues.chains.demand_gaps import Unknown, as_vector, filled, from_vector
from venues.chains.presets import ETHEREUM_2020
from venues.seeds import Generator, generator

Floats = NDArray[np.float64]
Table = tuple[tuple[float, ...], ...]

STEP_MS: Final = 600_000

SEED: Final = ("held out", BLACK_THURSDAY)


@dataclass(frozen=True, slots=True)
class Split:
    """Which steps of a day demand is fitted to, and which are hidden."""

    fitted: tuple[int, ...]
    hidden: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A demand that is known in the fitted hours and guessed in the hidden ones."""

    split: Split
    demand: Demand

    def known(self) -> dict[int, DemandStep]:
        """Return the fitted steps by their place."""
        return {place: self.demand.steps[place] for place in self.split.fitted}

    def with_known(self, known: dict[int, DemandStep]) -> "Fitted":
        """Return the same with other fitted steps, and the hidden ones between them."""
        starts_ms = [step.start_ms for step in self.demand.steps]
        return Fitted(self.split, Demand(tuple(filled(known, starts_ms)), self.demand.patience_ms))


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What a fit of every second hour says of the others."""

    scores: Mapping[str, Scores]
    """Of the model; of a demand that is constant; of fitted hours in random order."""

    fall: Fall
    error_fitted: tuple[float, ...]
    """Mean absolute logarithm of simulated over observed values, of single runs in the fitted hours."""

    error_hidden: tuple[float, ...]
    """The same of the median run in the hidden hours."""

    error_straight: tuple[float, ...]
    """The same of straight lines between the observations of the fitted hours, without a chain."""

    minutes: tuple[int, ...]
    """Since midnight, of each hidden step."""

    observed: Table
    low: Table
    middle: Table
    high: Table
    """A row for each hidden step, a column for each of `STATISTICS`; the last three are quantiles of the runs."""

    def failings(self) -> tuple[str, ...]:
        """Return what does not hold of the model; the chain may err by no more than where it was fitted.

        That is: its error in the hidden hours is that of straight lines between the observations, plus at most the
        error in the fitted hours.
        """
        errors = zip(STATISTICS, self.error_hidden, self.error_straight, self.error_fitted, strict=True)
        worse = tuple(f"error of {name}" for name, hidden, straight, own in errors if hidden > straight + own)
        hours = len(self.minutes) // STEPS_PER_HOUR
        return failings(self.scores["model"], hours) + fall_failings(self.fall) + worse

    def failing_nulls(self) -> dict[str, tuple[str, ...]]:
        """Return in what each demand that must fail does so."""
        hours = len(self.minutes) // STEPS_PER_HOUR
        return {name: failings(score, hours) for name, score in self.scores.items() if name != "model"}


def day() -> list[Row]:
    """Return the table of the day, ten minutes a row."""
    return [row for row in gas_rows() if row["source"] == "observed"]


def observed() -> Floats:
    """Return the observed statistics of the day, a row for each ten minutes."""
    names = [*(f"{name}_gwei" for name in STATISTICS[:-1]), "tx_count"]
    return np.array([[float(row[name]) for name in names] for row in day()])


def split(parity: int, hours: int = 24) -> Split:
    """Return the split that fits the hours of a parity, zero for even ones."""
    places = range(hours * STEPS_PER_HOUR)
    fitted = tuple(place for place in places if place // STEPS_PER_HOUR % 2 == parity)
    return Split(fitted, tuple(place for place in places if place not in fitted))


def fitted(parity: int, rounds: int) -> Fitted:
    """Return the demand that reproduces every second hour of the day; nothing of the other hours is read."""
    targets: list[Target | Unknown] = []
    every = day()
    for hour in range(len(every) // STEPS_PER_HOUR):
        rows = every[hour * STEPS_PER_HOUR :][:STEPS_PER_HOUR]
        known = known_targets(rows)
        targets += known if hour % 2 == parity else [Unknown(target.start_ms) for target in known]
    demand = fit(targets, ETHEREUM_2020, (*SEED, parity), PATIENCE_MS, rounds)
    return Fitted(split(parity), demand)


def runs(found: Fitted, seeds: Sequence[int]) -> Floats:
    """Return the statistics that the chain includes: by seed, by step, by statistic.

    Each seed draws, beside the chain's own chance, what the guess of the hidden hours misses by.
    """
    misses = _misses(found)
    start_ms = found.demand.steps[0].start_ms
    span_ms = (start_ms, start_ms + STEP_MS * len(found.demand.steps))
    every = []
    for seed in seeds:
        demand = _missed(found, misses, generator(*SEED, "misses", seed))
        seen = simulate(demand, ETHEREUM_2020, (*SEED, "run", seed), span_ms, STEP_MS)
        every.append(np.column_stack([seen.mean, seen.quantiles, seen.count]))
    return np.array(every)


def constant(found: Fitted) -> Fitted:
    """Return a demand that is the same all day: the mean of the fitted steps."""
    known = found.known()
    mean = np.mean([as_vector(step) for step in known.values()], axis=0)
    return found.with_known({place: from_vector(step, mean) for place, step in known.items()})


def shuffled(found: Fitted, seed: int) -> Fitted:
    """Return the fitted hours in another order."""
    known = found.known()
    vectors = np.array([as_vector(step) for step in known.values()]).reshape(-1, STEPS_PER_HOUR, 9)
    mixed = generator(*SEED, "shuffled", seed).permutation(vectors).reshape(-1, 9)
    return found.with_known(
        {place: from_vector(step, row) for (place, step), row in zip(known.items(), mixed, strict=True)}
    )


def _misses(found: Fitted) -> Floats:
    """Return what the guess misses the demand of fitted hours by when each is hidden in turn, as logarithms and sums.

    The known neighbours of such an hour are an hour away, those of a truly hidden one next to it: the misses are more
    likely too large than too small. The first and the last fitted hour have one neighbour, and are not hidden.
    """
    known = found.known()
    starts_ms = [step.start_ms for step in found.demand.steps]
    hours = sorted({place // STEPS_PER_HOUR for place in known})
    misses = []
    for hour in hours[1:-1]:
        places = range(hour * STEPS_PER_HOUR, (hour + 1) * STEPS_PER_HOUR)
        guess = filled({place: step for place, step in known.items() if place not in places}, starts_ms)
        misses.append([as_vector(known[place]) - as_vector(guess[place]) for place in places])
    return np.array(misses)


def _missed(found: Fitted, misses: Floats, rng: Generator) -> Demand:
    """Return the demand with the miss of some fitted hour, up or down, added to each hidden one."""
    steps = list(found.demand.steps)
    for first in range(0, len(found.split.hidden), STEPS_PER_HOUR):
        miss = misses[rng.integers(len(misses))] * (1 if rng.random() < 0.5 else -1)
        for place, row in zip(found.split.hidden[first : first + STEPS_PER_HOUR], miss, strict=True):
            steps[place] = from_vector(steps[place], as_vector(steps[place]) + row)
    return Demand(tuple(steps), found.demand.patience_ms)


def study(parity: int, rounds: int, seeds: int) -> Study:
    """Fit the hours of a parity and return how well the others are foretold, and how by demands that must fail."""
    found, seen = fitted(parity, rounds), observed()
    inside, outside = list(found.split.fitted), list(found.split.hidden)
    demands = {"model": found, "constant": constant(found), "shuffled": shuffled(found, 1)}
    every = {name: runs(demand, range(seeds)) for name, demand in demands.items()}
    views = {
        name: Hidden(observed=seen[outside], runs=some[:, outside], elsewhere=seen[inside])
        for name, some in every.items()
    }
    model = views["model"]
    low, middle, high = np.quantile(model.runs, (BAND[0], 0.5, BAND[1]), axis=0)
    return Study(
        scores={name: scores(view) for name, view in views.items()},
        fall=fall(model),
        error_fitted=mean_error(seen[inside], every["model"][:, inside]),
        error_hidden=mean_error(model.observed, middle),
        error_straight=mean_error(model.observed, between_observations(seen, inside, outside)),
        minutes=tuple(10 * place for place in outside),
        observed=_table(model.observed),
        low=_table(low),
        middle=_table(middle),
        high=_table(high),
    )


def _table(values: Floats) -> Table:
    return tuple(tuple(round(float(value), 2) for value in row) for row in values)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit every second hour, then the others, and say how well what was hidden is foretold; write it as JSON.

    Returns 1 if what the even hours say of the odd ones does not hold.
    """
    parser = argparse.ArgumentParser(prog="python -m solvernet.held_out", description="Foretell hidden hours.")
    parser.add_argument("--seeds", type=int, default=40, help="runs of the chain")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of correction of the demand")
    parser.add_argument("--out", type=Path, help="file for the result")
    options = parser.parse_args(arguments)
    result = {name: study(parity, options.rounds, options.seeds) for parity, name in enumerate(("even", "odd"))}
    for name, found in result.items():
        sys.stdout.write(f"fitted to the {name} hours; of the others, {', '.join(STATISTICS)}:\n")
        for demand, score in found.scores.items():
            sys.stdout.writelines(f"  {demand:9s} {what:9s} {row}\n" for what, row in asdict(score).items())
        sys.stdout.write(f"  {found.fall}\n  does not hold: {', '.join(found.failings()) or 'nothing'}\n")
    if options.out:
        text = json.dumps({name: asdict(found) for name, found in result.items()})
        options.out.write_text(text + "\n", encoding="utf-8")
    return int(bool(result["even"].failings()))


if __name__ == "__main__":
    sys.exit(main())
