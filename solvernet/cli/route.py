"""`solvernet route`: one intent routed by every engine at an instant of a scenario."""

from typing import Annotated

import typer

from solvernet.cli.numbers import between


def route(
    scenario: Annotated[str, typer.Argument(help="Name of a scenario, or path of a .toml file.")],
    at: Annotated[str, typer.Option(help="Instant, as 2020-03-12T15:00; UTC unless it says otherwise.")],
    want: Annotated[str, typer.Option(help="What is wanted, such as 'ETH-20MAR20-180-P' or 'protect 20MAR20 20'.")],
    limit: Annotated[
        float,
        typer.Option(
            parser=between(-1e9, 1e9), help="Most dollars a unit may cost; below zero, the least it must bring."
        ),
    ],
    quantity: Annotated[float, typer.Option(parser=between(0.01, 1e6), help="Units.")] = 20.0,
    vol: Annotated[
        float, typer.Option(parser=between(0.01, 100), help="Volatility at which bounds are measured.")
    ] = 0.8,
    seed: Annotated[int, typer.Option(help="Root of all randomness.")] = 7,
    least_success: Annotated[
        float, typer.Option(parser=between(0, 1), help="Least chance that all venues of a route work.")
    ] = 0.0,
    margin_rate: Annotated[
        float, typer.Option(parser=between(0, 100), help="What a dollar of margin costs, a year.")
    ] = 0.0,
    tail_weight: Annotated[
        float, typer.Option(parser=between(0, 100), help="What a dollar of loss in the worst cases weighs.")
    ] = 0.0,
    within_s: Annotated[
        float | None, typer.Option(parser=between(0, 3e7), help="Seconds within which all must have ended.")
    ] = None,
    cash: Annotated[
        float, typer.Option(parser=between(0, 1e12), help="Dollars at hand at home, for --within-s.")
    ] = 100_000.0,
) -> None:
    """Route one intent of a user on the first chain by every engine, and show what each makes of it."""
    from intents import builders
    from intents.assets import PRICE_UNIT
    from solvernet.cli.show import console
    from solvernet.cli.show_routes import show_routes
    from solvernet.compared_routes import Care, bound_line, compared, job_of
    from solvernet.errors import SolvernetError
    from solvernet.graph_at import graph_at, instant
    from solvernet.scenario import parse_scenario, scenario_text
    from solvernet.wish import parse_wish

    time_ms = instant(at)
    parsed = parse_scenario(scenario_text(scenario), scenario)
    graph = graph_at(parsed, seed, time_ms)
    spot = graph.snapshot.ether_price / PRICE_UNIT
    wish = parse_wish(want, builders.mark(spot, vol, time_ms))
    home = next(iter(parsed.chains.values())).caip2
    try:
        job = job_of(wish, home, quantity, limit, time_ms)
    except ValueError as error:
        raise SolvernetError(f"no such intent: {error}") from None
    care = Care(
        least_success=least_success, margin_rate=margin_rate, tail_weight=tail_weight, within_s=within_s, cash=cash
    )
    found = compared(graph, job, care)
    show_routes(found, {part.caip2: name for name, part in parsed.chains.items()})
    console.print(bound_line(graph, found))
