"""Writing files so that they appear complete or not at all."""
