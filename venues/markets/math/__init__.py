"""Exact integer arithmetic of automated market makers, one rule a file; the venues beside it put it to use."""
