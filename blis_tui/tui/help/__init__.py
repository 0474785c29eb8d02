"""What can be done here: F1 and the command palette."""
