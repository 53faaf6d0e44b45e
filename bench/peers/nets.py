"""Times the original worker's Keras networks, and prints JSON.

Usage: python nets.py dnn|cnn FOLDER ROWS COLUMNS RUNS EPOCHS
FOLDER holds x.bin (float64, row order) and y.bin (int32).
"""
import json, os, pathlib, statistics, sys, time
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np

kind, folder, (rows, columns, runs, epochs) = sys.argv[1], pathlib.Path(sys.argv[2]), map(int, sys.argv[3:7])
x = np.fromfile(folder / "x.bin").reshape(rows, columns).astype("float32")
y = np.fromfile(folder / "y.bin", dtype=np.int32)
L = keras.layers


def network():
    if kind == "dnn":
        layers = [keras.Input((columns,)), L.Dense(128, "relu"), L.Dense(64, "relu")]
    else:
        side = int(columns ** 0.5)
        layers = [keras.Input((columns,)), L.Reshape((side, side, 1)), L.Conv2D(32, 3, activation="relu"),
                  L.MaxPooling2D(2), L.Flatten(), L.Dense(128, "relu")]
    model = keras.Sequential(layers + [L.Dense(3, "softmax")])
    model.compile(keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


fits, predicts = [], []
for seed in [runs, *range(runs)]:
    keras.utils.set_random_seed(seed)
    start = time.perf_counter()
    model = network()
    model.fit(x, y, epochs=epochs, batch_size=32, verbose=0)
    fits.append(time.perf_counter() - start)
    start = time.perf_counter()
    predicted = model.predict(x, batch_size=1024, verbose=0).argmax(1)
    predicts.append(time.perf_counter() - start)
fits, predicts = fits[1:], predicts[1:]  # the first is not counted
print(json.dumps({"fit": statistics.median(fits), "predict": statistics.median(predicts),
                  "score": float((predicted == y).mean()), "answer": []}))
