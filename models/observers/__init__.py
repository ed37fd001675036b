"""What looks at pixels at a low rate, beside perception."""
