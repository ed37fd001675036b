"""What controllers tell of their traffic signals."""
