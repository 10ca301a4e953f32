"""Two OP Stack chains that one shared sequencer orders, block by block.

What is sent to both as a bundle is in the same slot of both or in neither. What comes of it is each chain's own affair:
one part may revert and the other go through. If the service stops, both stop.

Assumed, after the designs of Espresso and Astria; neither is reproduced here.
"""

from dataclasses import replace
from typing import Final

from venues.chains.presets.op_stack import OP_STACK
from venues.chains.rules import ChainRules

SERVICE: Final = "shared-sequencer"


def _ordered(name: str) -> ChainRules:
    if OP_STACK.sequencing is None:
        raise ValueError("an OP Stack chain has a sequencer")
    return replace(OP_STACK, name=name, sequencing=replace(OP_STACK.sequencing, service=SERVICE))


SHARED_LEFT: Final = _ordered("shared-left")
SHARED_RIGHT: Final = _ordered("shared-right")
