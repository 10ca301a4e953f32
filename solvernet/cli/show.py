"""What the commands print on a terminal."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table

from intents.lifecycle import LAYER_OF_CAUSE, Cause
from solvernet.cli.clock import clock
from solvernet.cli.show_bridges import bridge_lines
from solvernet.cli.show_extraction import adversaries, taken
from solvernet.cli.show_fees import fee_lines
from solvernet.cli.show_oracles import oracle_lines, security_lines
from solvernet.cli.show_paid import paid_lines
from solvernet.cli.show_rollups import rollup_lines
from solvernet.cli.show_validation import validation_lines
from solvernet.explain import Story
from solvernet.fault_table import place
from solvernet.scenario import Scenario
from solvernet.summary import Summary
from solvernet.validation import Validation

BOX: Final = box.SIMPLE_HEAD

console = Console(highlight=False)


def show_summary(summary: Summary, folder: Path, *, has_report: bool) -> None:
    """Print what a run came to."""
    start, end = (clock(time_ms) for time_ms in summary.window)
    console.print(f"\n[bold]{summary.title}[/bold]  {start} to {end} UTC, seed {summary.seed}")
    console.print(
        f"{summary.intents} intents in {summary.rounds} rounds, {summary.filled_share:.0%} filled, "
        f"{summary.cross_chain_fills} fills across chains, {summary.wall_s:.0f} s"
    )
    if summary.faults:
        console.print(_faults(summary))
    console.print(_outcomes(summary))
    console.print(_leaderboard(summary))
    if summary.venues:
        console.print(_venues(summary))
    if summary.oracles:
        console.print(oracle_lines(summary.oracles))
    for line in security_lines(summary):
        console.print(line)
    if summary.rollups:
        console.print(rollup_lines(summary))
    if summary.extraction is not None:
        console.print(adversaries(summary.extraction))
        console.print(taken(summary.extraction))
    if summary.bridges:
        console.print(bridge_lines(summary))
    for table in fee_lines(summary.fees) if summary.fees is not None else ():
        console.print(table)
    if summary.paid:
        console.print(paid_lines(summary))
    if summary.validation is not None:
        show_validation(summary.validation, all_of_them=False)
    console.print(_money(summary))
    console.print(_stability(summary))
    for line in _flags(summary):
        console.print(line)
    void = "" if summary.fingerprint_valid else " [red](void: a solver was killed by the clock)[/red]"
    console.print(f"\nfingerprint {summary.fingerprint}{void}")
    console.print(f"report      {folder / 'report.html'}" if has_report else f"summary     {folder / 'summary.json'}")


def show_story(story: Story) -> None:
    """Print the story of an intent."""
    console.print(f"[bold]intent {story.intent_id}[/bold]\n{story.title}\n")
    for line in story.lines:
        console.print(f"  {clock(line.time_ms, seconds=True)}  {line.what}", soft_wrap=True)
    console.print(f"\n[bold]{story.verdict}[/bold]")
    if story.binding is not None:
        kept = story.binding
        console.print(f"what kept it: {kept.constraint}; in round {kept.round} {kept.detail}", soft_wrap=True)


def show_validation(found: Validation, *, all_of_them: bool = True) -> None:
    """Print what the validator found; with `all_of_them` also fills that were not settled and recorded so."""
    for line in validation_lines(found, all_of_them=all_of_them):
        console.print(line)


def show_findings(found: Sequence[Any]) -> None:
    """Print findings of dependence."""
    if not found:
        console.print("no dependence between solvers was found")
        return
    table = Table(title="Dependence between solvers (an observation, not a verdict of collusion)", box=BOX)
    for head in ("pair", "auctions", "agreement", "correlation", "log e", "p", "since", "declared"):
        table.add_column(head)
    for body in found:
        table.add_row(
            " + ".join(body["pair"]),
            str(body["auctions"]),
            body["agreement"],
            body["correlation"],
            body["log_e"],
            body["p_value"],
            clock(body["first_flagged_ms"]),
            "shared software" if body["declared"] else "no",
        )
    console.print(table)


def show_scenarios(found: Sequence[Scenario]) -> None:
    """Print scenarios."""
    table = Table(box=BOX)
    for head in ("name", "title", "windows"):
        table.add_column(head)
    for scenario in found:
        table.add_row(scenario.name, scenario.title, ", ".join(("whole", *scenario.windows)))
    console.print(table)


def show_solvers(rows: Sequence[Mapping[str, str]]) -> None:
    """Print solvers."""
    table = Table(box=BOX)
    for head in ("name", "class", "about"):
        table.add_column(head)
    for row in rows:
        table.add_row(row["name"], row["class"], row["about"])
    console.print(table)


def _faults(summary: Summary) -> Table:
    title = "What went wrong, and the fills under way meanwhile"
    table = Table(title=title, title_justify="left", box=BOX, collapse_padding=True, pad_edge=False)
    for head in ("fault", "what"):
        table.add_column(head, overflow="fold")
    for head in ("from", "lasts", "skipped", "fills", "failed"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("why")
    for line in summary.faults:
        lasts_s = (line.until_ms - line.from_ms) / 1000
        what = f"{line.kind.replace('_', ' ')}, {place(line)}"
        table.add_row(
            line.name,
            f"{what}: {line.figure}" if line.figure else what,
            clock(line.from_ms)[11:],
            f"{lasts_s:,.0f} s" if lasts_s else "",
            *(str(number) for number in (line.skipped, line.delivered, line.failed)),
            ", ".join(f"{cause.replace('_', ' ')} {count}" for cause, count in line.failed_by_cause.items()),
        )
    return table


def _outcomes(summary: Summary) -> Table:
    table = Table(title="Intents", title_justify="left", box=BOX)
    table.add_column("outcome")
    table.add_column("count", justify="right")
    table.add_column("not filled because")
    table.add_column("count", justify="right")
    table.add_column("layer")
    causes = list(summary.unfilled_by_cause.items())
    states = list(summary.by_state.items())
    for i in range(max(len(causes), len(states))):
        state, number = states[i] if i < len(states) else ("", "")
        cause, count = causes[i] if i < len(causes) else ("", "")
        layer = LAYER_OF_CAUSE[Cause(cause)] if cause else ""
        table.add_row(state.replace("_", " "), str(number), cause.replace("_", " "), str(count), layer)
    return table


def _leaderboard(summary: Summary) -> Table:
    table = Table(title="Solvers", title_justify="left", box=BOX, collapse_padding=True, pad_edge=False)
    table.add_column("solver", no_wrap=True)
    for head in ("bids", "won", "fills", "failed", "fault", "gained", "profit", "gas", "slashed"):
        table.add_column(head, justify="right", no_wrap=True)
    for line in summary.solvers:
        table.add_row(
            line.solver,
            *(str(number) for number in (line.bids, line.won, line.fills, line.failed, line.at_fault)),
            *(f"{usd:,.0f}" for usd in (line.surplus_usd, line.profit_usd, line.gas_usd, line.slashed_usd)),
        )
    return table


def _venues(summary: Summary) -> Table:
    title = "Orders by kind of venue (slippage and cost in basis points of the notional)"
    table = Table(title=title, title_justify="left", box=BOX, collapse_padding=True, pad_edge=False)
    table.add_column("venue", no_wrap=True)
    table.add_column("chain", no_wrap=True)
    for head in ("orders", "slip", "p95", "cost", "failed"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("why")
    for line in summary.venues:
        bps = (line.slippage_bps_mean, line.slippage_bps_p95, line.cost_bps_mean)
        table.add_row(
            line.kind.replace("_", " "),
            line.chain,
            str(line.orders),
            *("-" if value is None else f"{value:.2f}" for value in bps),
            str(line.failed),
            ", ".join(f"{cause.replace('_', ' ')} {count}" for cause, count in line.by_cause.items()),
        )
    return table


def _money(summary: Summary) -> Table:
    table = Table(
        title="Users gained over their limits, in dollars",
        title_justify="left",
        show_header=False,
        box=None,
        padding=(0, 2),
    )
    table.add_row("delivered", f"{summary.surplus_usd:,.0f}")
    table.add_row("awarded", f"{summary.awarded_usd:,.0f}")
    table.add_row("first-best of all rounds", f"{summary.first_best_usd:,.0f}")
    table.add_row("work of the house", f"{summary.house.work:,} units, at most {summary.house.most:,} in a round")
    if summary.ideal_surplus_usd is not None:
        table.add_row("ideal world, as a yardstick", f"{summary.ideal_surplus_usd:,.0f}")
    flows = summary.escrow
    locked, claimed, refunded = (f"{flows[key] / 1e6:,.6f}" for key in ("locked", "claimed", "refunded"))
    table.add_row("escrow in", locked)
    table.add_row("escrow out", f"{claimed} claimed, {refunded} refunded")
    return table


def _stability(summary: Summary) -> Table:
    table = Table(title="Execution environment stability", title_justify="left", box=BOX)
    for head in ("class", "due", "EES", "layer", "EES"):
        table.add_column(head)
    classes = list(summary.stability.classes.items())
    layers = list(summary.stability.layers.items())
    for i in range(max(len(classes), len(layers))):
        kind, ees = classes[i] if i < len(classes) else ("", None)
        layer, share = layers[i] if i < len(layers) else ("", None)
        due = str(summary.stability.due.get(kind, "")) if kind else ""
        table.add_row(kind.replace("_", " "), due, _share(ees), layer, _share(share))
    return table


def _flags(summary: Summary) -> list[str]:
    return [
        f"[yellow]dependence[/yellow] between {' and '.join(flag['pair'])}: {flag['auctions']} joint auctions, "
        f"p = {flag['p_value']}"
        for flag in summary.flags
    ]


def _share(value: float | None) -> str:
    return "none due" if value is None else f"{value:.3f}"
