"""Inner loops of the detectors, compiled."""
