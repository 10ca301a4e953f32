"""The settlement auctioneer."""
