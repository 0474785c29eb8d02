"""Files: open, save, recover, edit elsewhere, copy."""
