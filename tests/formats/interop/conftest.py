"""Lets the tests here import `configs`."""
