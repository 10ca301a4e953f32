// Runs the router of Balancer on pools that it is given, and prints what it finds. Reads one JSON object from standard
// input: pools, trades (amounts in base units), what a pool costs in gas, and how often to repeat. It is started by
// `sor.py`, in a folder outside this repository where the package has been installed.
"use strict";
const { createRequire } = require("module");
const load = createRequire(process.cwd() + "/");
const { BigNumber } = load("@ethersproject/bignumber");
const { SOR, SwapTypes } = load("@balancer-labs/sor");

async function main() {
  const asked = JSON.parse(require("fs").readFileSync(0, "utf-8"));
  const config = { chainId: 1, vault: asked.nobody, weth: asked.nobody, connectingTokens: [] };
  const prices = { getNativeAssetPriceInToken: async (token) => asked.native[token] };
  const answers = [];
  for (const trade of asked.trades) {
    const source = { getPools: async () => asked.pools };
    const router = new SOR(null, config, source, prices);
    const begun = performance.now();
    await router.fetchPools();
    const options = {
      gasPrice: BigNumber.from(trade.gasPrice), swapGas: BigNumber.from(asked.swapGas),
      maxPools: trade.maxPools, poolTypeFilter: "All", timestamp: 0, forceRefresh: false,
    };
    if (trade.gasPrice !== "0") await router.getCostOfSwapInToken(trade.bought, 18, options.gasPrice, options.swapGas);
    const times = [];
    let found;
    for (let turn = 0; turn < asked.turns; turn += 1) {
      const start = performance.now();
      found = await router.getSwaps(trade.sold, trade.bought, SwapTypes.SwapExactIn, trade.amount, options);
      times.push(performance.now() - (turn ? start : begun));
    }
    const names = found.tokenAddresses;
    answers.push({
      returned: found.returnAmount.toString(),
      swaps: found.swaps.map((s) => ({ pool: s.poolId, sold: names[s.assetInIndex], bought: names[s.assetOutIndex], amount: s.amount })),
      first_ms: times[0],
      later_ms: Math.min(...times.slice(1)),
    });
  }
  console.log(JSON.stringify(answers));
}

main().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
