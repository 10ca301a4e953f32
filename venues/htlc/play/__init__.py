"""The game that two parties of a swap and their chains play, in whole ticks of time."""
