"""The processes around findings: what events tell of them, how they hang together, the trees."""
