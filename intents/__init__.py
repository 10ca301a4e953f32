"""The vocabulary of Solvernet: assets, options, intents, signatures, messages, the bus, and the client."""
