"""Fits scikit-learn's histogram gradient boosting to data written by the benchmark, and prints the shortest of several
training times and the out-of-sample error (RMSE, or log loss) as JSON. scikit-learn uses all cores, as it does by default."""
import json
import sys
import time

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import log_loss

folder, task, columns, trees, runs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])


def part(name):
    x = np.fromfile(f"{folder}/{name}_x.bin").reshape(-1, columns)
    return x, np.fromfile(f"{folder}/{name}_y.bin")


(x, y), (new_x, new_y) = part("train"), part("test")
kind = HistGradientBoostingRegressor if task == "regression" else HistGradientBoostingClassifier
seconds = []
for _ in range(runs):
    started = time.perf_counter()
    model = kind(max_iter=trees, early_stopping=False).fit(x, y)
    seconds.append(time.perf_counter() - started)
if task == "regression":
    error = float(np.sqrt(np.mean((new_y - model.predict(new_x)) ** 2)))
else:
    error = float(log_loss(new_y, model.predict_proba(new_x)[:, 1]))
print(json.dumps({"seconds": min(seconds), "error": error}))
