"""The run at a glance: a sentence, six figures, and what names the run."""

from solvernet.report.formats import count, dollars, duration, ees, listed, share, stretch, words
from solvernet.report.markup import Child, Markup, join, tag
from solvernet.report.run_view import RunView
from solvernet.report.section import datum, paragraph, section
from solvernet.summary import Summary


def glance(view: RunView) -> Markup:
    """Return the opening section."""
    summary = view.summary
    cards = tag("div", *_cards(summary), class_="cards")
    return section("glance", "At a glance", paragraph(_lead(view), class_="lead"), cards, _identity(summary))


def _lead(view: RunView) -> Markup:
    """Return the run in two sentences."""
    summary = view.summary
    start_ms, end_ms = summary.window
    chains = listed(view.chains.values())
    text = (
        f"On {stretch(start_ms, end_ms)}, users on {chains} posted {count(summary.intents, 'intent')}, and"
        f" {count(len(summary.solvers), 'solver')} competed for them in {count(summary.rounds, 'auction round')}."
    )
    if summary.failed_fills:
        own = sum(line.at_fault for line in summary.solvers)
        failed = count(len(summary.failed_fills), "awarded fill")
        text += f" {failed} failed on the way, {own} through the solver’s own fault."
    return join(text)


def _cards(summary: Summary) -> list[Markup]:
    states = summary.by_state
    whole, part = states.get("filled", 0), states.get("partially_filled", 0)
    gained = summary.surplus_usd / summary.first_best_usd if summary.first_best_usd else None
    mark = "" if summary.fingerprint_valid else "void: a solver was killed by the clock"
    return [
        _card("Intents", datum(summary.intents, f"{summary.intents:,}", "intents"), "posted by users"),
        _card(
            "Filled",
            datum(summary.filled_share, share(summary.filled_share), "filled_share"),
            f"{whole:,} wholly, {part:,} in part",
        ),
        _card(
            "Fills across chains",
            datum(summary.cross_chain_fills, f"{summary.cross_chain_fills:,}", "cross_chain_fills"),
            "delivered away from the user’s home",
        ),
        _card(
            "Users gained",
            datum(summary.surplus_usd, dollars(summary.surplus_usd), "surplus_usd"),
            f"over their limits; {share(gained)} of the first-best" if gained is not None else "over their limits",
        ),
        _card("Stability", _minimum(summary), _weakest(summary)),
        _card("Fingerprint", tag("code", f"{summary.fingerprint[:8]}…"), mark or "the same run gives the same again"),
    ]


def _minimum(summary: Summary) -> Child:
    minimum = summary.stability.minimum
    return ees(None) if minimum is None else datum(minimum, ees(minimum), "minimum")


def _weakest(summary: Summary) -> str:
    due = {kind: found for kind, found in summary.stability.classes.items() if found is not None}
    if not due:
        return "nothing was due"
    return f"the least of all classes: {words(min(due, key=lambda kind: due[kind]))}"


def _card(head: str, value: Child, note: str) -> Markup:
    parts = tag("span", head, class_="head"), tag("span", value, class_="value"), tag("span", note, class_="note")
    return tag("div", *parts, class_="card")


def _identity(summary: Summary) -> Markup:
    """Return what names the run, and whether its books balance."""
    flows = summary.escrow
    whole = flows["locked"] == flows["claimed"] + flows["refunded"] and not flows["open"]
    kept = summary.money_in == summary.money_out
    locked, refunded = (dollars(flows[key] / 1e6) for key in ("locked", "refunded"))
    escrow = f"{locked} went in and all of it came out, {refunded} as refunds" if whole else "does not balance"
    money = "not a base unit was made or lost" if kept else "the totals before and after differ"
    rows = [
        ("Scenario", join(tag("code", summary.scenario), f", seed {summary.seed}")),
        ("Fingerprint", tag("code", summary.fingerprint, class_="hash", data_key="fingerprint")),
        ("Escrow", escrow),
        ("All money", money),
        ("Computed in", duration(summary.wall_s)),
    ]
    return tag("dl", *(join(tag("dt", head), tag("dd", value)) for head, value in rows), class_="identity")
