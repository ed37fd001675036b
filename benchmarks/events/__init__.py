"""Traffic with truth, virtual cameras over it, and the score of motion and rules on what they see."""
