"""The formats of one line per request, and what they share: columns, and the text of many lines at once."""
