"""Traffic with truth: scenes and incidents for SUMO, recordings, and what they truly show."""
