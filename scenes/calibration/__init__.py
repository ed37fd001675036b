"""From what traffic looks like in a picture to metres on the ground: a proposal for a person to check."""
