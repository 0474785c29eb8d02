"""Finding requests and clients by what is typed: words that are in their texts, and conditions on their columns."""
