"""The worker's networks (see nets.py) in torch, JAX and Keras: each fits and gives a function from rows to classes.

torch is eager, on all processors; JAX has an epoch in one jit. Adam at 0.001, batches of 32, as the worker's.
"""
import functools, os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np

BATCH, RATE, CLASSES = 32, 0.001, 3


def fit_torch(kind, x, y, epochs):
    import torch
    from torch import nn
    side = int(x.shape[1] ** 0.5)
    if kind == "dnn":
        layers = [nn.Linear(x.shape[1], 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, CLASSES)]
    else:
        layers = [nn.Unflatten(1, (1, side, side)), nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                  nn.Linear(32 * ((side - 2) // 2) ** 2, 128), nn.ReLU(), nn.Linear(128, CLASSES)]
    model = nn.Sequential(*layers)
    optimizer, loss = torch.optim.Adam(model.parameters(), RATE), nn.CrossEntropyLoss()
    rows, classes = torch.from_numpy(x.astype(np.float32)), torch.from_numpy(y.astype(np.int64))
    for _ in range(epochs):
        order = torch.randperm(len(rows))
        for first in range(0, len(rows), BATCH):
            taken = order[first:first + BATCH]
            optimizer.zero_grad()
            loss(model(rows[taken]), classes[taken]).backward()
            optimizer.step()

    def predict(part):
        with torch.inference_mode():
            given = torch.from_numpy(part.astype(np.float32))
            return np.concatenate([model(piece).argmax(1).numpy() for piece in given.split(1024)])
    return predict


def jax_network(kind, side, weights, rows):
    import jax
    if kind == "cnn":
        (kernel, bias), *weights = weights
        images = rows.reshape(-1, side, side, 1)
        seen = jax.nn.relu(jax.lax.conv_general_dilated(images, kernel, (1, 1), "VALID",
                                                        dimension_numbers=("NHWC", "HWIO", "NHWC")) + bias)
        pooled = jax.lax.reduce_window(seen, -np.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        rows = pooled.reshape(len(pooled), -1)
    for weight, bias in weights[:-1]:
        rows = jax.nn.relu(rows @ weight + bias)
    weight, bias = weights[-1]
    return rows @ weight + bias


@functools.cache
def jax_functions(kind, side):
    import jax
    import jax.numpy as jnp

    def loss(weights, rows, classes):
        shares = jax.nn.log_softmax(jax_network(kind, side, weights, rows))
        return -jnp.take_along_axis(shares, classes[:, None], 1).mean()

    def step(state, batch):
        weights, m, v, t = state
        gradient = jax.grad(loss)(weights, *batch)
        t = t + 1
        m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, gradient)
        v = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, v, gradient)
        scale = RATE * jnp.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t)
        weights = jax.tree.map(lambda w, a, b: w - scale * a / (jnp.sqrt(b) + 1e-7), weights, m, v)
        return (weights, m, v, t), None

    @jax.jit
    def epoch(state, rows, classes, order):
        return jax.lax.scan(step, state, (rows[order], classes[order]))[0]

    return epoch, jax.jit(lambda weights, rows: jax_network(kind, side, weights, rows).argmax(1))


def fit_jax(kind, x, y, epochs):
    import jax
    import jax.numpy as jnp
    random = np.random.default_rng(0)
    side = int(x.shape[1] ** 0.5)
    sizes = [x.shape[1], 128, 64, CLASSES] if kind == "dnn" else [32 * ((side - 2) // 2) ** 2, 128, CLASSES]
    shapes = [*([(3, 3, 1, 32)] if kind == "cnn" else []), *zip(sizes, sizes[1:])]
    weights = [(jnp.asarray(random.normal(0, (2 / np.prod(s[:-1])) ** 0.5, s), jnp.float32), jnp.zeros(s[-1])) for s in shapes]
    zeros = jax.tree.map(jnp.zeros_like, weights)
    epoch, classify = jax_functions(kind, side)
    state, rows, classes = (weights, zeros, zeros, 0.0), jnp.asarray(x, jnp.float32), jnp.asarray(y)
    whole = len(x) // BATCH * BATCH
    for _ in range(epochs):
        state = epoch(state, rows, classes, random.permutation(len(x))[:whole].reshape(-1, BATCH))
    jax.block_until_ready(state)
    return lambda part: np.asarray(classify(state[0], jnp.asarray(part, jnp.float32)))


def fit_keras(kind, x, y, epochs):
    import keras
    L = keras.layers
    side = int(x.shape[1] ** 0.5)
    if kind == "dnn":
        layers = [keras.Input((x.shape[1],)), L.Dense(128, "relu"), L.Dense(64, "relu")]
    else:
        layers = [keras.Input((x.shape[1],)), L.Reshape((side, side, 1)), L.Conv2D(32, 3, activation="relu"),
                  L.MaxPooling2D(2), L.Flatten(), L.Dense(128, "relu")]
    model = keras.Sequential(layers + [L.Dense(CLASSES, "softmax")])
    model.compile(keras.optimizers.Adam(RATE), "sparse_categorical_crossentropy")
    model.fit(x.astype("float32"), y, epochs=epochs, batch_size=BATCH, verbose=0)
    return lambda part: model.predict(part.astype("float32"), batch_size=1024, verbose=0).argmax(1)
