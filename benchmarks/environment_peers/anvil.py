"""A node of anvil on loopback, as fast as its RPC lets it take in and mine: signed before the clock starts, in batches.

The binary is in the npm package `@foundry-rs/anvil-linux-amd64` (of `@foundry-rs/anvil`). It is looked for in the
environment variable `ANVIL` and on the path; without it the measurement is skipped, visibly.
"""

import http.client
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

START_S = 20.0
CALL_S = 60.0
CHAIN_ID = 31337
SENDERS = 10

MNEMONIC = "test test test test test test test test test test test junk"
"""Of anvil's own accounts."""


def binary() -> str | None:
    """Return where anvil is, if it is anywhere."""
    return os.environ.get("ANVIL") or shutil.which("anvil")


class Node:
    """A running node."""

    def __init__(self, port: int) -> None:
        """Open one connection that stays open."""
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=CALL_S)

    def call(self, body: bytes) -> Any:
        """Return the answer to a request, or to a batch of them."""
        self._http.request("POST", "/", body, {"Content-Type": "application/json"})
        return json.loads(self._http.getresponse().read())

    def ask(self, method: str) -> Any:
        """Return the result of a method without arguments."""
        return self.call(request(method))["result"]

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


def request(method: str, *params: object) -> bytes:
    """Return one request."""
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


def blocks(count: int, pending: int) -> list[bytes]:
    """Return a batch of `pending` signed transfers for each block."""
    from eth_account import Account

    Account.enable_unaudited_hdwallet_features()
    wallets = [Account.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{i}") for i in range(SENDERS)]
    nonces = [0] * SENDERS
    batches = []
    for number in range(count):
        raw = []
        for place in range(pending):
            sender = place % SENDERS
            raw.append(_transfer(wallets[sender], nonces[sender], 2_000_000_000 + (7919 * place + number) % 10**9))
            nonces[sender] += 1
        sent = b",".join(request("eth_sendRawTransaction", text) for text in raw)
        batches.append(b"[" + sent + b"]")
    return batches


def _transfer(wallet: Any, nonce: int, price_wei: int) -> str:
    fields = {"to": "0x" + "11" * 20, "value": 1, "gas": 21_000, "gasPrice": price_wei, "nonce": nonce}
    return "0x" + bytes(wallet.sign_transaction({**fields, "chainId": CHAIN_ID}).raw_transaction).hex()


@contextmanager
def running(path: str) -> Iterator[Node]:
    """Run a node that mines only when told to; it is killed at the end.

    Raises:
        TimeoutError: if it does not answer in time.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    arguments = [path, "--no-mining", "--silent", "--host", "127.0.0.1", "--port", str(port)]
    arguments += ["--gas-limit", "60000000", "--order", "fees"]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        node = _answering(port)
        yield node
        node.close()
    finally:
        process.kill()
        process.wait(timeout=10)


def _answering(port: int) -> Node:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        node = Node(port)
        try:
            node.ask("eth_chainId")
        except (OSError, http.client.HTTPException):
            node.close()
            time.sleep(0.1)
        else:
            return node
    raise TimeoutError(f"anvil did not answer on port {port} within {START_S:g} s")


def seconds(node: Node, batches: Sequence[bytes], pending: int) -> float:
    """Return how long a node takes for some blocks.

    Raises:
        AssertionError: if it refused a transaction or left one out.
    """
    # On its own: anvil works through a batch in no order, and would mine before it has taken in the rest.
    mine = request("evm_mine")
    before = int(node.ask("eth_blockNumber"), 16)
    start = time.perf_counter()
    answers = []
    for batch in batches:
        answers.append(node.call(batch))
        node.call(mine)
    taken = time.perf_counter() - start
    assert all("result" in answer for batch in answers for answer in batch), "anvil refused a transaction"
    assert int(node.ask("eth_blockNumber"), 16) == before + len(batches), "anvil did not mine every block"
    count = node.call(request("eth_getBlockTransactionCountByNumber", "latest"))["result"]
    assert int(count, 16) == pending, f"anvil included {int(count, 16)} of {pending} transactions"
    return taken
