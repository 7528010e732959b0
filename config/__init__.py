"""Settings, policy rows and the directory: read, checked and handed out as values."""
