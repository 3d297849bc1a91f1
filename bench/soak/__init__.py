"""Many minutes of mixed load on the local stack while the functions' processes are killed at random.

`python -m bench.soak` runs it separately from the other benchmarks. Everything goes through the public API, and at the
end everything is read again and compared with what was acknowledged.
"""
