"""Reads the CSV file given as argument with pandas and prints seconds, CPU seconds, peak MiB and the sum of all numbers."""
import json
import resource
import sys
import time

import pandas as pd

used = time.process_time()
start = time.perf_counter()
frame = pd.read_csv(sys.argv[1])
seconds = time.perf_counter() - start
cpu = time.process_time() - used
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
total = float(frame.sum(numeric_only=True).sum())
print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, "rows": len(frame), "total": total}))
