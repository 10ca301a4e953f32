"""`solvernet feeds`: the feeds of a scenario, and others, each tried alone on its market and chains."""

import json as json_library
from pathlib import Path
from typing import Annotated

import typer


def feeds(
    scenario: Annotated[str, typer.Argument(help="Name of a scenario, or path of a .toml file.")],
    window: Annotated[str | None, typer.Option(help="Named part of the scenario's time; the whole by default.")] = None,
    also: Annotated[Path | None, typer.Option("--with", help="File with further feeds, as [oracles.NAME].")] = None,
    seed: Annotated[int, typer.Option(help="Root of all randomness.")] = 7,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure age, error and cost of feeds, without users and auctions."""
    from solvernet.cli.show import console
    from solvernet.cli.show_oracles import oracle_lines
    from solvernet.feed_trial import tried, with_feeds

    parsed = with_feeds(scenario, also)
    lines = tried(parsed, parsed.window_named(window), seed)
    if json:
        typer.echo(json_library.dumps([line.model_dump(mode="json") for line in lines], indent=2))
    else:
        console.print(oracle_lines(lines))
