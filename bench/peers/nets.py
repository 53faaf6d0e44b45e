"""Times the original worker's Keras networks on the data of bench/nets.ts, and prints JSON.

Usage: python nets.py dnn|cnn FOLDER COLUMNS EPOCHS RUNS
FOLDER holds x.bin (float64, row order) and y.bin (int32), and the same for validation.
"""
import json, os, pathlib, statistics, sys, time
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, numpy as np

kind, folder, columns, epochs, runs = sys.argv[1], pathlib.Path(sys.argv[2]), *map(int, sys.argv[3:])
load = lambda part: (np.fromfile(folder / f"x{part}.bin").reshape(-1, columns),
                     np.fromfile(folder / f"y{part}.bin", dtype=np.int32))
(x, y), (u, v) = load(""), load("-validation")


def network():
    L = keras.layers
    if kind == "dnn":
        layers = [keras.Input((columns,)), L.Dense(128, "relu"), L.Dense(64, "relu")]
    else:
        side = int(columns ** 0.5)
        layers = [keras.Input((columns,)), L.Reshape((side, side, 1)), L.Conv2D(32, 3, activation="relu"),
                  L.MaxPooling2D(2), L.Flatten(), L.Dense(128, "relu")]
    model = keras.Sequential(layers + [L.Dense(int(y.max()) + 1, "softmax")])
    model.compile(keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


fits, predicts = [], []
for seed in range(runs):
    keras.utils.set_random_seed(seed)
    start = time.perf_counter()
    model = network()
    history = model.fit(x, y, epochs=epochs, batch_size=32, validation_data=(u, v), verbose=0).history
    fits.append(time.perf_counter() - start)
    start = time.perf_counter()
    model.predict(x, verbose=0)
    predicts.append(time.perf_counter() - start)
print(json.dumps({"fit": statistics.median(fits), "first": fits[0], "predict": statistics.median(predicts),
                  "accuracy": history["val_accuracy"][-1]}))
