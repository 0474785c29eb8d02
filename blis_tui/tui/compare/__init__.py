"""Comparing two texts, and what comes of them."""
