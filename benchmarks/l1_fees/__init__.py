"""What the simulated L1 of 12 March 2020 foretells, drawn."""
