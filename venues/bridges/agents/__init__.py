"""Those who keep bridges going, use them, and cheat them."""

from venues.bridges.agents.carrier import Carrier
from venues.bridges.agents.forger import Forger
from venues.bridges.agents.proposer import Proposer
from venues.bridges.agents.relayer import Relayer
from venues.bridges.agents.travellers import Travellers
from venues.bridges.agents.watcher import Watcher

__all__ = ["Carrier", "Forger", "Proposer", "Relayer", "Travellers", "Watcher"]
