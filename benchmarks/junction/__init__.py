"""What a busy junction costs: motion, measurements, rules."""
