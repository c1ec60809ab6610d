"""Running notebooks: one clean process each, forked from a warm server.

The package itself imports nothing heavy. papermill, nbformat and the rest are imported where a
notebook is prepared or an engine is registered; the process that supervises a batch stays small.
"""
