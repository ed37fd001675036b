"""Detection on a device: pixels in, boxes out, nothing else crosses the bus. Needs PyTorch."""
