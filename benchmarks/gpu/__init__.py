"""What a GPU carries: its decoder alone, its engine alone, and the whole chain."""
