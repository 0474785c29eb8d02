"""What can be written, one module per format; `table` lists them and `export` writes them.

To add a format, write a module and a line of the table. A format of one line per request stands in `requests` and has
``writer(source, *, tokens) -> Writer`` (see `requests.batches`; `requests.lines` makes text by columns). Any other stands
in `specs` and has ``contents(source) -> SpecFile`` (see `protocols`): its text in pieces, how many clients these hold, and
what to remark.
"""
