"""Sanctions: what solvers are kept out for, for how long, on what evidence, and how that can be contested."""
