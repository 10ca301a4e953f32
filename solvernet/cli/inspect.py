"""Commands that look at what is there: recorded runs, scenarios, solvers, message schemas."""

import json as text_json
from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(help="Folder that a run was written to.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def replay(folder: Folder, json: AsJson = False) -> int:
    """Work a recorded run out again from its inputs, and compare event by event."""
    from solvernet.replay import replay as work_out

    result = work_out(folder)
    if json:
        gap = result.difference
        found = {"equal": gap is None, "events": result.events, "fingerprint": result.fingerprint}
        typer.echo(text_json.dumps(found | ({"row": gap.row, "detail": gap.detail} if gap else {})))
    elif result.difference is None:
        typer.echo(f"equal: {result.events} events, fingerprint {result.fingerprint}")
    else:
        typer.echo(f"not equal: row {result.difference.row} {result.difference.detail}")
    return 0 if result.difference is None else 1


def validate(
    folder: Folder,
    rounds: Annotated[int | None, typer.Option(min=1, help="Look at the first rounds only.")] = None,
    json: AsJson = False,
) -> int:
    """Check every settlement of a recorded run against its award, by what the chains show."""
    from solvernet.cli.show import show_validation
    from solvernet.validation import validate as check

    found = check(folder, rounds)
    if json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        show_validation(found)
    return 0 if found.is_clean else 1


def migrate(folder: Folder, json: AsJson = False) -> None:
    """Bring a ledger that an older version wrote up to date; a copy of it is kept."""
    from dataclasses import asdict

    from solvernet.ledger_place import migrate as bring_up_to_date

    done = bring_up_to_date(folder)
    if json:
        typer.echo(text_json.dumps(asdict(done)))
    elif done.copy:
        typer.echo(f"schema {done.before} became schema {done.after}; as it was, it is kept in {done.copy}")
    else:
        typer.echo(f"up to date: schema {done.after}")


def explain(
    folder: Folder,
    intent: Annotated[str, typer.Argument(help="Id of an intent, or its first digits.")],
    why: Annotated[bool, typer.Option("--why", help="Work out which constraints together left it no route.")] = False,
    json: AsJson = False,
) -> None:
    """Tell the whole story of one intent: also why it was not filled."""
    from dataclasses import asdict

    from solvernet.cli.show import show_story
    from solvernet.cli.show_why import show_why
    from solvernet.explain import explain as tell
    from solvernet.irreducible import why_not

    story = tell(folder, intent)
    bound = story.binding if story.binding and story.binding.constraint in {"limit", "liquidity"} else None
    found = why_not(folder, story.intent_id, bound.round) if why and bound else None
    if json:
        told = {"irreducible": asdict(found)} if found else {}
        typer.echo(text_json.dumps(asdict(story) | told, indent=2))
        return
    show_story(story)
    if found:
        show_why(found)


def appeal(
    folder: Folder,
    fill: Annotated[str, typer.Argument(help="Id of a fill that a solver was punished for, or its beginning.")],
    json: AsJson = False,
) -> int:
    """Judge a punished fill anew from the ledger, and say whether the penalty stands."""
    from dataclasses import asdict

    from solvernet.appeal import appeal as judge
    from solvernet.cli.show import console
    from solvernet.cli.show_bans import appeal_lines

    found = judge(folder, fill)
    if json:
        typer.echo(text_json.dumps(asdict(found) | {"stands": found.stands}, indent=2))
    else:
        for line in appeal_lines(found):
            console.print(line, soft_wrap=True)
    return 0 if found.stands else 1


def conduct(folder: Folder, json: AsJson = False) -> None:
    """List the solvers that were found to act in dependence, with the evidence."""
    from solvernet.cli.show import show_findings
    from solvernet.recording import read

    found = [row.event.body for row in read(folder).rows if row.event.kind == "conduct.finding"]
    if json:
        typer.echo(text_json.dumps(found, indent=2))
    else:
        show_findings(found)


def scenarios(json: AsJson = False) -> None:
    """List the scenarios that ship with the package."""
    from solvernet.cli.show import show_scenarios
    from solvernet.scenario import parse_scenario, scenario_names, scenario_text

    found = [parse_scenario(scenario_text(name), name) for name in scenario_names()]
    if json:
        rows = [{"name": s.name, "title": s.title, "windows": ["whole", *s.windows]} for s in found]
        typer.echo(text_json.dumps(rows, indent=2))
    else:
        show_scenarios(found)


def solvers(json: AsJson = False) -> None:
    """List the solvers that are installed."""
    from solvernet.cli.show import show_solvers
    from solvers.registry import known, load, parse_spec

    rows = []
    for name in known():
        kind = type(load(parse_spec(name)))
        rows.append(
            {"name": name, "class": f"{kind.__module__}:{kind.__qualname__}", "about": _first_line(kind.__doc__)}
        )
    if json:
        typer.echo(text_json.dumps(rows, indent=2))
    else:
        show_solvers(rows)


def schema(
    message: Annotated[str | None, typer.Argument(help="Name of a message; all names if left out.")] = None,
) -> None:
    """Print the JSON schema of a message on the bus."""
    from intents.boundary import Boundary
    from intents.lifecycle import IntentEvent
    from intents.messages import Cancellation, Receipt, Submission
    from solvernet.errors import SolvernetError
    from solvers.messages import Announcement, Award, BidSheet, Decision, Hello, Notice, SealedSheet

    users: list[type[Boundary]] = [Submission, Cancellation, Receipt, IntentEvent]
    network: list[type[Boundary]] = [Announcement, SealedSheet, BidSheet, Award, Decision, Notice, Hello]
    named = {kind.__name__.lower(): kind for kind in users + network}
    if message is None:
        typer.echo("\n".join(named))
    elif message.lower() not in named:
        raise SolvernetError(f"no message {message!r}; known are {', '.join(named)}")
    else:
        typer.echo(text_json.dumps(named[message.lower()].model_json_schema(), indent=2))


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0] if text else ""
