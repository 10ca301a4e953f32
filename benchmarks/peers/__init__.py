"""Libraries that benchmarks measure against where they are installed."""
