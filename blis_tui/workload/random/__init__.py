"""Go's `math/rand` (version 1), rebuilt from the published algorithms on NumPy."""
