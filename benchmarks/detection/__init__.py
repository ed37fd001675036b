"""How well a detector sees: scored on labelled pictures, or set beside another on pictures that nobody labelled."""
