"""``--summary``."""
