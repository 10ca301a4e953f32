"""Option prices: Black-76 in floats and in whole numbers, the smile, and exotics."""
