"""Chains: fee markets, pools of waiting transactions, blocks, finality."""
