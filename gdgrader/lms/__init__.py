"""Learning platforms: what comes from them, what goes to them."""
