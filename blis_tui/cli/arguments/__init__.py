"""What the command line accepts, and what it means."""
