"""Traffic measured: vehicles followed over changes of number, and what they do at lines, in zones, on lanes."""
