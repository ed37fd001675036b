"""Several processes on one machine, each a shard with its cameras, watched over by the one that was started."""
