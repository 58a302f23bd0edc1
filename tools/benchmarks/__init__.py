"""What things cost beside their references, for `tools/benchmark.py`."""
