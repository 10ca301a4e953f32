"""The names of all topics of a run.

A user's topics are below `users/<client>`, a solver's below `solvers/<name>`, so that a broker can give each of them
rights to one subtree.
"""

import re
from dataclasses import dataclass
from typing import Final

from intents.errors import InvalidTopicError

ROOT: Final = "solvernet"
"""First level of every topic."""

_NAME = re.compile(r"[-_a-zA-Z0-9]{1,64}\Z")
_INTENT_ID = re.compile(r"[0-9a-f]{64}\Z")


def check_name(name: str) -> str:
    """Return `name`, of a run, a client or a solver, if it can be a level of a topic.

    Raises:
        InvalidTopicError: if it is empty, too long, or holds anything but letters, digits, `-` and `_`.
    """
    if not _NAME.match(name):
        raise InvalidTopicError(name, "a name of 1 to 64 letters, digits, - and _")
    return name


@dataclass(frozen=True, slots=True)
class Topics:
    """Topics and filters of one run. Every method raises `InvalidTopicError` for a name that cannot be a level."""

    run: str
    """Name of the run."""

    def __post_init__(self) -> None:
        check_name(self.run)

    @property
    def prefix(self) -> str:
        """What every topic of the run begins with."""
        return f"{ROOT}/{self.run}"

    def submit(self, client: str) -> str:
        """Return where a client sends its intents."""
        return self._user(client, "submit")

    def cancel(self, client: str) -> str:
        """Return where a client sends its cancellations."""
        return self._user(client, "cancel")

    def receipts(self, client: str) -> str:
        """Return where a client is told that its messages arrived."""
        return self._user(client, "receipts")

    def intent_events(self, intent_id: str) -> str:
        """Return where the steps of an intent are published; the last one is retained."""
        if not _INTENT_ID.match(intent_id):
            raise InvalidTopicError(intent_id, "an intent id of 64 lower-case hex digits")
        return f"{self.prefix}/intents/{intent_id}/events"

    @property
    def announce(self) -> str:
        """Where auctions are announced to all solvers."""
        return f"{self.prefix}/auction/announce"

    def solver_hello(self, name: str) -> str:
        """Return where a solver says that it is there."""
        return self._solver(name, "hello")

    def bids(self, name: str) -> str:
        """Return where a solver sends its sealed bids."""
        return self._solver(name, "bids")

    def awards(self, name: str) -> str:
        """Return where a solver is told what it won."""
        return self._solver(name, "awards")

    def decisions(self, name: str) -> str:
        """Return where a solver sends what it does with its awards."""
        return self._solver(name, "decisions")

    def notices(self, name: str) -> str:
        """Return where a solver is told why its bids were dropped or lost."""
        return self._solver(name, "notices")

    def solver_receipts(self, name: str) -> str:
        """Return where a solver is told that its messages arrived."""
        return self._solver(name, "receipts")

    @property
    def all_submissions(self) -> str:
        """Filter over the intents of all clients."""
        return f"{self.prefix}/users/+/submit"

    @property
    def all_cancellations(self) -> str:
        """Filter over the cancellations of all clients."""
        return f"{self.prefix}/users/+/cancel"

    @property
    def all_bids(self) -> str:
        """Filter over the bids of all solvers."""
        return f"{self.prefix}/solvers/+/bids"

    @property
    def all_decisions(self) -> str:
        """Filter over the decisions of all solvers."""
        return f"{self.prefix}/solvers/+/decisions"

    @property
    def all_hellos(self) -> str:
        """Filter over the greetings of all solvers."""
        return f"{self.prefix}/solvers/+/hello"

    def client_in(self, topic: str) -> str:
        """Return the client that a topic belongs to.

        Raises:
            InvalidTopicError: if the topic is not one of a client of this run.
        """
        return self._owner(topic, "users")

    def solver_in(self, topic: str) -> str:
        """Return the solver that a topic belongs to.

        Raises:
            InvalidTopicError: if the topic is not one of a solver of this run.
        """
        return self._owner(topic, "solvers")

    def _user(self, client: str, leaf: str) -> str:
        return f"{self.prefix}/users/{check_name(client)}/{leaf}"

    def _solver(self, name: str, leaf: str) -> str:
        return f"{self.prefix}/solvers/{check_name(name)}/{leaf}"

    def _owner(self, topic: str, branch: str) -> str:
        start = f"{self.prefix}/{branch}/"
        name, _, leaf = topic.removeprefix(start).partition("/")
        if not topic.startswith(start) or not leaf or "/" in leaf or not _NAME.match(name):
            raise InvalidTopicError(topic, f"a topic of the form {start}NAME/...")
        return name
