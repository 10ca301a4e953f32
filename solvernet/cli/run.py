"""`solvernet run` and `solvernet resume`: one run of a scenario, from its beginning or from where it was killed."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

Database = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        envvar="SOLVERNET_LEDGER",
        show_envvar=False,
        show_default=False,
        help="PostgreSQL database for the ledger, as postgresql://user@host/database; else it is in the folder. "
        "Also read from SOLVERNET_LEDGER.",
    ),
]

if TYPE_CHECKING:
    from solvernet.simulate import BusKind, Prepared, RunConfig, RunResult
    from solvernet.summary import Summary


def run(
    scenario: Annotated[str, typer.Argument(help="Name of a scenario, or path of a .toml file.")],
    window: Annotated[str | None, typer.Option(help="Named part of the scenario's time; the whole by default.")] = None,
    solver: Annotated[
        list[str] | None, typer.Option(help="Further solver: name, package.module:Class or file.py:Class.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Root of all randomness.")] = 7,
    bus: Annotated[str, typer.Option(help="What carries messages: memory or mqtt.")] = "memory",
    broker: Annotated[str | None, typer.Option(help="MQTT broker, as mqtt://host:port; else one is started.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for ledger, summary and report.")] = None,
    ledger: Database = None,
    ideal: Annotated[bool, typer.Option(help="Run the ideal world beside it, to know what was due.")] = True,
    report: Annotated[bool, typer.Option(help="Write report.html.")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> int:
    """Run a scenario, and write its ledger, summary and report."""
    from solvernet.simulate import RunConfig, prepare

    config = RunConfig(
        scenario=scenario,
        window=window,
        seed=seed,
        solvers=tuple(solver or ()),
        bus=_bus(bus, broker),
        broker=broker,
        out=out or _free_folder(scenario, window, seed),
        ledger=ledger,
        ideal=ideal,
    )
    return _finish(config, prepare(config), with_report=report, json=json)


def resume(
    folder: Annotated[Path, typer.Argument(help="Folder of a run that was killed.")],
    ledger: Annotated[
        str | None, typer.Option(show_default=False, help="Where its ledger is, if the folder was lost: URL?run=NAME.")
    ] = None,
    bus: Annotated[str, typer.Option(help="What carries messages: memory or mqtt.")] = "memory",
    broker: Annotated[str | None, typer.Option(help="MQTT broker, as mqtt://host:port; else one is started.")] = None,
    ideal: Annotated[bool, typer.Option(help="Run the ideal world beside it, to know what was due.")] = True,
    report: Annotated[bool, typer.Option(help="Write report.html.")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> int:
    """Go on with a run that was killed, from what its ledger holds to the end."""
    from solvernet.ledger_place import point
    from solvernet.simulate import RunConfig, prepare_again

    if ledger is not None:
        point(folder, ledger)
    prepared = prepare_again(folder)
    name = prepared.name
    config = RunConfig(
        scenario=name.scenario.name, seed=name.seed, bus=_bus(bus, broker), broker=broker, out=folder, ideal=ideal
    )
    return _finish(config, prepared, with_report=report, json=json)


def _finish(config: "RunConfig", prepared: "Prepared", *, with_report: bool, json: bool) -> int:
    """Run to the end, write what came of it, and return the exit code."""
    from solvernet.cli.show import show_summary
    from solvernet.errors import InterruptedRunError
    from solvernet.ledger_place import has_ledger

    try:
        result = _run(config, prepared, quiet=json)
    except KeyboardInterrupt:
        if not has_ledger(config.out):
            raise
        raise InterruptedRunError(config.out) from None
    summary = _write(config, result, with_report=with_report)
    if json:
        typer.echo(summary.model_dump_json(indent=2))
    else:
        show_summary(summary, config.out, has_report=with_report)
    return 0 if _holds(summary) else 1


def _bus(kind: str, broker: str | None) -> "BusKind":
    from solvernet.errors import SolvernetError

    if broker is not None and kind == "memory":
        return "mqtt"
    if kind == "memory":
        return "memory"
    if kind == "mqtt":
        return "mqtt"
    raise SolvernetError(f"no bus {kind!r}; give memory or mqtt")


def _free_folder(scenario: str, window: str | None, seed: int) -> Path:
    """Return a folder below `runs` that does not exist yet, named after the run."""
    name = "-".join(filter(None, [Path(scenario).stem, window, str(seed)]))
    number, folder = 1, Path("runs") / name
    while folder.exists():
        number += 1
        folder = Path("runs") / f"{name}-{number}"
    return folder


def _run(config: "RunConfig", prepared: "Prepared", *, quiet: bool) -> "RunResult":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from solvernet.simulate import run as simulate

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task(f"{prepared.name.scenario.name} over {config.bus}", total=None)

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=max(done, total))

        return asyncio.run(simulate(config, prepared, advance))


def _write(config: "RunConfig", result: "RunResult", *, with_report: bool) -> "Summary":
    from solvernet.report.html import write_report
    from solvernet.summary import summarise
    from solvernet.whole_file import write_whole

    summary = summarise(result.outcome)
    write_whole(config.out / "summary.json", summary.model_dump_json(indent=2) + "\n")
    if with_report:
        write_report(config.out / "report.html", summary, result.outcome)
    return summary


def _holds(summary: "Summary") -> bool:
    """Return whether the run kept its promises: no money lost or made, no lock left, a fingerprint that counts.

    Where fills are charged the house's account has to add up as well.
    """
    flows = summary.escrow
    whole = flows["locked"] == flows["claimed"] + flows["refunded"] and not flows["open"]
    whole = whole and (summary.fees is None or summary.fees.adds_up)
    return whole and summary.money_in == summary.money_out and summary.fingerprint_valid
