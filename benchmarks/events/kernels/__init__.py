"""Inner loops of virtual cameras."""
