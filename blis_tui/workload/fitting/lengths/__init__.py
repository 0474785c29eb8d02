"""Which distribution has lengths like those of a trace."""
