"""A finished run as the sections of the report see it: its figures, its events in order, and who has which colour."""

from collections.abc import Mapping
from dataclasses import dataclass

from solvernet.build import solver_names
from solvernet.fault_table import place
from solvernet.report import chronicle, formats
from solvernet.report.bands import Band
from solvernet.report.chronicle import Crash, Delivery, Failure, RoundGain, Suspension
from solvernet.report.palette import FAULT, chain_colours, solver_colours
from solvernet.report.section import Key
from solvernet.summary import Outcome, Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """What sections are made from."""

    summary: Summary
    outcome: Outcome
    start_ms: int
    end_ms: int
    """Time of the last event; intents may end after the window."""

    chains: Mapping[str, str]
    """Name of each chain in the scenario, by CAIP-2 id."""

    chain_colour: Mapping[str, str]
    solver_colour: Mapping[str, str]
    gains: tuple[RoundGain, ...]
    deliveries: tuple[Delivery, ...]
    failures: Mapping[str, Failure]
    suspensions: tuple[Suspension, ...]
    crashes: tuple[Crash, ...]

    @property
    def span_ms(self) -> tuple[int, int]:
        """Start and end of the run."""
        return self.start_ms, self.end_ms

    @property
    def bands(self) -> tuple[Band, ...]:
        """Faults as pictures over time mark them: by their number in the table."""
        return tuple(
            Band(
                mark=str(number),
                text=f"{line.name}: {formats.words(line.kind)}, {place(line)}",
                start_ms=max(line.from_ms, self.start_ms),
                end_ms=min(line.until_ms, self.end_ms),
            )
            for number, line in enumerate(self.summary.faults, 1)
        )

    @property
    def band_keys(self) -> tuple[Key, ...]:
        """The line of a legend that stands for the faults, if there were any."""
        return (Key(label="faults, by number", colour=FAULT, traces=(), look="band"),) if self.summary.faults else ()

    def time(self, time_ms: int) -> str:
        """Return an instant, UTC; with its date if the run is longer than a day."""
        is_long = self.end_ms - self.start_ms > formats.DAY_MS
        return f"{formats.day_clock(time_ms) if is_long else formats.clock(time_ms)} UTC"


def view_of(summary: Summary, outcome: Outcome) -> RunView:
    """Return the view of a finished run."""
    scenario = outcome.engine.name.scenario
    chains = {part.caip2: name for name, part in scenario.chains.items()}
    start_ms, end_ms = summary.window
    solvers = dict.fromkeys((*solver_names(scenario), *(line.solver for line in summary.solvers)))
    return RunView(
        summary=summary,
        outcome=outcome,
        start_ms=start_ms,
        end_ms=max(end_ms, chronicle.end_ms(outcome.events)),
        chains=chains,
        chain_colour=chain_colours(chains),
        solver_colour=solver_colours(solvers),
        gains=chronicle.round_gains(outcome.events),
        deliveries=chronicle.deliveries(outcome.engine.auctioneer.executor.runs()),
        failures=chronicle.failures(outcome.events),
        suspensions=chronicle.suspensions(outcome.events),
        crashes=chronicle.crashes(outcome.events),
    )
