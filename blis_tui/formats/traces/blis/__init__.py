"""BLIS's traces, TraceV2: a YAML header and CSV rows, as `blis replay` reads them and `blis observe` writes them."""
