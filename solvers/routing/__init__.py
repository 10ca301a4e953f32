"""Optimal routing of intents over venues and chains."""
