"""The files of the tools around BLIS: each opened as a workload file, and written from one. A module or folder a tool."""
