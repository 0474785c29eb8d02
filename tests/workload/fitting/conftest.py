"""What the tests of fitting share is in `made_traces.py` beside this file, which makes that importable."""
