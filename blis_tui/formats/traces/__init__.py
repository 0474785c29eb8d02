"""Traces: the requests of a run or a plan, one by one, in the files of several tools. They are read-only."""
