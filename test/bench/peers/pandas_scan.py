"""Scans ratings.csv of a MovieLens archive as pandas users do it: in chunks, collecting statistics on all rows and the
rows of a sample of users. Prints the seconds it took as JSON."""
import json
import sys
import time
from zipfile import ZipFile

import pandas as pd

archive, entry, modulus = sys.argv[1], sys.argv[2], int(sys.argv[3])
types = {"userId": "int32", "movieId": "int32", "rating": "float32", "timestamp": "int64"}

started = time.perf_counter()
users, movies, kept = set(), set(), []
counts = pd.Series(dtype="int64")
rows, first, last = 0, None, None
with ZipFile(archive) as zf, zf.open(entry) as file:
    for chunk in pd.read_csv(file, chunksize=1_000_000, dtype=types):
        rows += len(chunk)
        users.update(chunk["userId"].unique().tolist())
        movies.update(chunk["movieId"].unique().tolist())
        counts = counts.add(chunk["rating"].value_counts(), fill_value=0)
        low, high = int(chunk["timestamp"].min()), int(chunk["timestamp"].max())
        first = low if first is None else min(first, low)
        last = high if last is None else max(last, high)
        kept.append(chunk.loc[chunk["userId"] % modulus == 0].copy())
sample = pd.concat(kept, ignore_index=True)
seconds = time.perf_counter() - started

print(json.dumps({"seconds": seconds, "rows": rows, "users": len(users), "movies": len(movies), "sample": len(sample)}))
