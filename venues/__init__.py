"""The simulated execution environment: chains, oracles, markets, clearing, bridges, and the graph over them."""
