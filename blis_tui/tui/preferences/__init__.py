"""Settings, keys, looks, and what is remembered between runs."""
