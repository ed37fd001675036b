"""How well positions and speeds are known, and what that costs."""
