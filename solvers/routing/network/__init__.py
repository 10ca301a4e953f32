"""Optimal routing over a network of markets by prices alone: a compiled dual method, a convex program, certificates."""
