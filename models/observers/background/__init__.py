"""What a camera's picture shows when nothing is there, and what is there that was not."""
