"""Second models beside the chain: shared by all cameras, each at its own low rate."""
