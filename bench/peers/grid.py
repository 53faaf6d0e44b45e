"""GridSearchCV on all processors: python grid.py FILE SEARCH, where SEARCH is JSON with hyperparameters, parameters and cv."""

import json
import sys
import time

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

file, search = sys.argv[1], json.loads(sys.argv[2])
data = pd.read_csv(file)
train, _ = train_test_split(np.arange(len(data)), test_size=0.2, random_state=42)
forest = RandomForestClassifier(random_state=42, **search["hyperparameters"])
name = "randomforestclassifier__"
parameters = {name + key: values for key, values in search["parameters"].items()}
grid = GridSearchCV(make_pipeline(StandardScaler(), forest), parameters, cv=search["cv"], n_jobs=-1)
started = time.perf_counter()
grid.fit(data.iloc[train, :-1], data.iloc[train, -1])
seconds = time.perf_counter() - started
print(json.dumps({"seconds": seconds, "means": grid.cv_results_["mean_test_score"].tolist()}))
