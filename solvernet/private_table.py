"""How settlement used private inclusion in a run: what was handed to builders, and what became of it."""

from collections import Counter
from collections.abc import Mapping

from auction.settlement.executor import Executor
from intents.boundary import Boundary


class PrivateLine(Boundary):
    """The steps with orders of one kind on one chain."""

    chain: str
    step: str
    public: int
    """Sent to the public pool from the first."""

    handed: int
    """Handed to builders."""

    included: int
    """Of these, in a block of a builder who had it."""

    published: int
    """Of these, sent to the public pool after no builder had included them."""


def private_table(executor: Executor, names: Mapping[str, str]) -> tuple[PrivateLine, ...]:
    """Return one line for each chain and kind of step that trades, where anything was handed to builders at all.

    `names` are those of the chains in the scenario, by CAIP-2 id.
    """
    counts: dict[tuple[str, str], Counter[str]] = {}
    for sending in (sending for run in executor.runs() for sending in run.sendings.values()):
        if sending.step.kind not in {"settle", "deliver"} or not sending.version:
            continue
        found = counts.setdefault((sending.step.chain, sending.step.kind), Counter())
        found["handed" if sending.was_private else "public"] += 1
        if sending.was_private:
            found["published"] += not sending.last_private
            found["included"] += sending.last_private > 0 and sending.status == "done"
    if not any(found["handed"] for found in counts.values()):
        return ()
    return tuple(
        PrivateLine(
            chain=names[chain],
            step=step,
            public=found["public"],
            handed=found["handed"],
            included=found["included"],
            published=found["published"],
        )
        for (chain, step), found in sorted(counts.items())
    )
