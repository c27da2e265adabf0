"""Where the time of each row goes: `python -m benchmarks.profiles [ROW…]` writes a text file beside this one for each."""
