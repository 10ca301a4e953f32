"""What holds for the whole suite: how property tests draw their examples, and that Ctrl-C means something."""

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.postgres_server import Server, binaries, server

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("SOLVERNET_EXAMPLES", "steady"))

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that runs the suite in the background ignores the signal, and processes that tests start would too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Return a PostgreSQL server of this session's own."""
    pytest.importorskip("sqlalchemy", reason="the extra postgres is not installed")
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with server(programs) as found:
        yield found
