"""Fits logistic regressions to data written by the benchmark: scikit-learn's default (lbfgs), statsmodels' GLM and its Logit.
Prints the shortest of several times of each and its slopes as JSON. All cores are used, as they are by default."""
import json
import sys
import time

import numpy as np
import statsmodels.api as sm
from sklearn.linear_model import LogisticRegression

folder, columns, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
x = np.fromfile(f"{folder}/glm_x.bin").reshape(-1, columns)
y = np.fromfile(f"{folder}/glm_y.bin")


def shortest(fit, runs):
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        slopes = fit()
        seconds.append(time.perf_counter() - started)
    return {"seconds": min(seconds), "slopes": list(map(float, slopes))}


print(
    json.dumps(
        {
            "sklearn": shortest(lambda: LogisticRegression().fit(x, y).coef_[0], runs),
            "glm": shortest(
                lambda: sm.GLM(y, sm.add_constant(x), family=sm.families.Binomial()).fit().params[1:], 1
            ),
            "logit": shortest(lambda: sm.Logit(y, sm.add_constant(x)).fit(disp=0).params[1:], 1),
        }
    )
)
