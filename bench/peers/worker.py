"""The original worker's process for one job: its imports, then iris with a random forest, start to result.

Usage: python worker.py iris.csv
"""
import json, os, pickle, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy, pandas as pd, pymongo, gridfs
import tensorflow as tf
from tensorflow import keras
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, classification_report, f1_score, precision_score, recall_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

frame = pd.read_csv(sys.argv[1])
X, y = frame.iloc[:, :-1], LabelEncoder().fit_transform(frame.iloc[:, -1])
A, B, a, b = train_test_split(X, y, test_size=0.2, random_state=42)
scaler = StandardScaler().fit(A)
model = RandomForestClassifier(n_estimators=100, random_state=42).fit(scaler.transform(A), a)
p = model.predict(scaler.transform(B))
report = classification_report(b, p, output_dict=True)
print(json.dumps({"accuracy": accuracy_score(b, p), "bytes": len(pickle.dumps(model))}))
