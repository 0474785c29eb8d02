"""The preview: generated requests of the text, kept fresh in the background."""
