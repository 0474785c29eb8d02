"""Lets the tests in the folders below import `export_samples`: pytest puts the folder of a conftest on the path."""
