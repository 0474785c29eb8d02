"""The designer in a browser: who may use it, how it is served, and which files it can reach there."""
