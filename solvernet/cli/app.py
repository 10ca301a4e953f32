"""The commands of `solvernet`."""

import sys
from typing import Annotated, Final

import typer

from solvernet import __version__
from solvernet.cli import feeds, graph, inspect, opened, route, run

UsageError: Final[type[Exception]] = typer.BadParameter.__bases__[0]
"""What typer raises for a command line it does not understand; it has no name of its own there."""

BAD_INPUT: Final = 2
INTERRUPTED: Final = 130

app = typer.Typer(
    name="solvernet",
    help="An intent-based solver network for option trades, on chains that congest and fail.",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def solvernet(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    """Show the help if there is nothing else to do."""
    if version:
        typer.echo(f"solvernet {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.command("run")(run.run)
app.command("resume")(run.resume)
app.command("replay")(inspect.replay)
app.command("validate")(inspect.validate)
app.command("migrate")(inspect.migrate)
app.command("explain")(inspect.explain)
app.command("appeal")(inspect.appeal)
app.command("bids")(opened.bids)
app.command("conduct")(inspect.conduct)
app.command("graph")(graph.graph)
app.command("route")(route.route)
app.command("feeds")(feeds.feeds)
app.command("scenarios")(inspect.scenarios)
app.command("solvers")(inspect.solvers)
app.command("schema")(inspect.schema)


def run_app(arguments: list[str] | None = None) -> int:
    """Run a command; return the exit code: 0 done, 1 a check did not hold, 2 bad input in one line."""
    from auction.errors import AuctionError
    from intents.errors import IntentsError
    from solvernet.errors import InterruptedRunError, SolvernetError
    from solvers.errors import SolversError

    try:
        code = app(args=arguments, standalone_mode=False)
    except UsageError as error:
        return _say(getattr(error, "format_message", error.__str__)(), BAD_INPUT)
    except InterruptedRunError as error:
        return _say(str(error), INTERRUPTED)
    except (SolvernetError, SolversError, IntentsError, AuctionError) as error:
        return _say(str(error), BAD_INPUT)
    except OSError as error:
        return _say(f"{error.filename}: {error.strerror}" if error.filename else str(error), BAD_INPUT)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    if code == INTERRUPTED:
        return _say("interrupted", INTERRUPTED)
    return int(code or 0)


def _say(text: str, code: int) -> int:
    sys.stderr.write(f"solvernet: {' '.join(text.split())}\n")
    return code
