"""Many minutes of mixed load on the local stack while the functions' processes are killed at random.

Run by `python -m bench.soak`, not with the other benchmarks: it takes as long as it is told to. Everything is done by
the public API, as clients do it, and at the end everything is asked for again and compared with what was acknowledged.
"""
