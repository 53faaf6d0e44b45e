"""Saves the forest of scikit-learn that ours is compared with, for "mlflow models serve". Arguments: the CSV, the folder."""

import sys

import mlflow.sklearn
import pandas as pd
from sklearn.ensemble import RandomForestClassifier

frame = pd.read_csv(sys.argv[1])
forest = RandomForestClassifier(n_estimators=100, random_state=42)
forest.fit(frame.iloc[:, :-1], frame.iloc[:, -1])
mlflow.sklearn.save_model(forest, sys.argv[2], serialization_format="cloudpickle")
