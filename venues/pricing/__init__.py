"""Option prices: Black-76 in floats and in whole numbers, and the smile."""
