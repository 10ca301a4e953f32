"""What posting costs, and how long blocks take to be relied on, under other prices and other carriers."""
