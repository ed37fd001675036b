"""Where a turning camera looks, told from its picture."""
