"""The results of runs as tools write them: a module a tool."""
