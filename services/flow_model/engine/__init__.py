"""The simulation engine: a network as data, run on SimPy's clock with callbacks, many replications at a time.

`document` is what a network may say; `run` plays one replication of it; `replications` plays many; `answer` says what
came out, with intervals.
"""
