"""From tracks to lanes, lines and zones that a person only has to correct."""
