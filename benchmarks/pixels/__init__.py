"""What observers of pictures find in real clips, with what happened to them composited in, beside that truth."""
