"""`solvernet graph`: the liquidity graph of a scenario at one instant, as a picture or for other programs."""

from pathlib import Path
from typing import Annotated, Final

import typer

PICTURES: Final = (".png", ".svg", ".pdf")
TEXTS: Final = (".json", ".graphml")


def graph(
    scenario: Annotated[str, typer.Argument(help="Name of a scenario, or path of a .toml file.")],
    at: Annotated[str, typer.Option(help="Instant, as 2020-03-12T15:00; UTC unless it says otherwise.")],
    seed: Annotated[int, typer.Option(help="Root of all randomness.")] = 7,
    out: Annotated[
        Path | None, typer.Option(help="File to write: .png, .svg, .pdf (pictures), .json or .graphml (data).")
    ] = None,
) -> None:
    """Draw the liquidity graph of a scenario as it is at an instant, before any auction."""
    from solvernet.graph_at import graph_at, instant
    from solvernet.graph_picture import draw
    from solvernet.scenario import parse_scenario, scenario_text
    from solvernet.whole_file import write_whole
    from venues.graph_export import exported

    time_ms = instant(at)
    path = _path(out, scenario, at)
    parsed = parse_scenario(scenario_text(scenario), scenario)
    found = graph_at(parsed, seed, time_ms)
    if path.suffix in TEXTS:
        write_whole(path, exported(found, "json" if path.suffix == ".json" else "graphml"))
    else:
        draw(found, {part.caip2: name for name, part in parsed.chains.items()}, parsed.name, path)
    typer.echo(f"{path}: {found.nx.number_of_nodes()} nodes, {found.nx.number_of_edges()} edges")


def _path(out: Path | None, scenario: str, at: str) -> Path:
    """Return where to write.

    Raises:
        SolvernetError: if the form is unknown or the folder is not there.
    """
    from solvernet.errors import SolvernetError

    path = out if out is not None else Path(f"graph-{Path(scenario).stem}-{at.replace(':', '')}.png")
    if path.suffix not in PICTURES + TEXTS:
        raise SolvernetError(f"--out {path}: ends in none of {', '.join(PICTURES + TEXTS)}")
    if not path.parent.is_dir():
        raise SolvernetError(f"--out {path}: the folder {path.parent} is not there; make it first")
    return path
