"""What detections look like: describers that give each an embedding, by which a tracker tells them apart."""
