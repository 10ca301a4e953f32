"""What the execution environment is measured against: an anvil node through its RPC, and a mempool in a heap."""
