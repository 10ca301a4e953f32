"""Rounds of a thousand bids that the project's own solvers made, as `record` wrote them and `recorded` reads them."""
