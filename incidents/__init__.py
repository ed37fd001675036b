"""Events of one cause, brought together: what an operator sees as one row."""
