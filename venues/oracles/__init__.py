"""Price feeds: what a chain believes the market is."""
