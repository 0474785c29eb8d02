"""The Chart tab."""
