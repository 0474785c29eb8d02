"""Clients and cohorts in the form: their lists, and the form of the chosen one."""
