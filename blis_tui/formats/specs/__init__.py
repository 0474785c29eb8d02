"""The formats of a spec: its text, and files of the explicit clients that it stands for."""
