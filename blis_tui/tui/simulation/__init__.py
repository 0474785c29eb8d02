"""BLIS run on the text, in the background."""
