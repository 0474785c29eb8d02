"""The designer: the terminal app. It shows what the text says, and every change is an edit of the text."""
