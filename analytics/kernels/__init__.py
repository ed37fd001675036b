"""Inner loops of the rules, compiled: each frame has few tracks, and numpy's calls would cost more than their work."""
