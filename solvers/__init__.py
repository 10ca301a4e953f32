"""The solver interface, routing, and the solvers that ship."""
