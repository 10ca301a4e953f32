"""The shell around the core: solver processes, and what goes over the bus."""
