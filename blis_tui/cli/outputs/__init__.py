"""What commands write to the terminal: data and messages, colours, progress."""
