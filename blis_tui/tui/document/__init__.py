"""The open document: its text and history, what the text says, and what is wrong with it."""
