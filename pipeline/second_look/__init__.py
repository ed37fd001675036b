"""A second look at an event before it goes out: by a larger model, or by a verifier elsewhere."""
