"""Where frames come from: files, cameras, folders, pushed frames, synthetic ones."""
