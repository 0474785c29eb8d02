"""The Clients and Requests tabs, and what can be seen and found there."""
