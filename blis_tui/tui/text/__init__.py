"""The YAML tab: the text itself."""
