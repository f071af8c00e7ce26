import tensorflow as tf, numpy as np
from tensorflow import keras
from tensorflow.keras import layers
# guide: customizing fit
loss_tracker = keras.metrics.Mean(name="loss")
mae_metric = keras.metrics.MeanAbsoluteError(name="mae")
class CustomModel(keras.Model):
    def train_step(self, data):
        if len(data) == 3:
            x, y, sample_weight = data
        else:
            sample_weight = None
            x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = keras.losses.mean_squared_error(y, y_pred)
        trainable_vars = self.trainable_variables
        gradients = tape.gradient(loss, trainable_vars)
        self.optimizer.apply_gradients(zip(gradients, trainable_vars))
        loss_tracker.update_state(loss)
        mae_metric.update_state(y, y_pred)
        return {"loss": loss_tracker.result(), "mae": mae_metric.result()}
    @property
    def metrics(self):
        return [loss_tracker, mae_metric]
inputs = keras.Input(shape=(32,))
outputs = keras.layers.Dense(1)(inputs)
model = CustomModel(inputs, outputs)
model.compile(optimizer="adam")
x = np.random.random((100, 32)); y = np.random.random((100, 1))
h = model.fit(x, y, epochs=3, verbose=0); print(sorted(h.history))
# guide: functional API
encoder_input = keras.Input(shape=(28, 28, 1), name="img")
x = layers.Conv2D(8, 3, activation="relu")(encoder_input)
x = layers.MaxPooling2D(3)(x)
encoder_output = layers.GlobalMaxPooling2D()(x)
encoder = keras.Model(encoder_input, encoder_output, name="encoder")
print(encoder.output_shape, [l.name for l in encoder.layers])
num_tags, num_words, num_departments = 12, 100, 4
title_input = keras.Input(shape=(None,), name="title"); body_input = keras.Input(shape=(None,), name="body"); tags_input = keras.Input(shape=(num_tags,), name="tags")
tf_ = layers.LSTM(16)(layers.Embedding(num_words, 8)(title_input)); bf = layers.LSTM(8)(layers.Embedding(num_words, 8)(body_input))
x = layers.concatenate([tf_, bf, tags_input])
priority_pred = layers.Dense(1, name="priority")(x); department_pred = layers.Dense(num_departments, name="department")(x)
model = keras.Model(inputs=[title_input, body_input, tags_input], outputs=[priority_pred, department_pred])
model.compile(optimizer=keras.optimizers.RMSprop(1e-3), loss={"priority": keras.losses.BinaryCrossentropy(from_logits=True), "department": keras.losses.CategoricalCrossentropy(from_logits=True)}, loss_weights={"priority": 1.0, "department": 0.2})
title_data = np.random.randint(num_words, size=(40, 10)); body_data = np.random.randint(num_words, size=(40, 20)); tags_data = np.random.randint(2, size=(40, num_tags)).astype("float32")
pt = np.random.random(size=(40, 1)); dt = np.random.randint(2, size=(40, num_departments))
h = model.fit({"title": title_data, "body": body_data, "tags": tags_data}, {"priority": pt, "department": dt}, epochs=2, batch_size=32, verbose=0)
print(sorted(h.history))
# training loop guide
model = keras.Sequential([layers.Dense(64, activation="relu", input_shape=(784,)), layers.Dense(10)])
optimizer = keras.optimizers.SGD(learning_rate=1e-3); loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
train_dataset = tf.data.Dataset.from_tensor_slices((np.random.rand(64, 784).astype("float32"), np.random.randint(0, 10, 64))).shuffle(buffer_size=1024).batch(16)
acc = keras.metrics.SparseCategoricalAccuracy()
for epoch in range(2):
    for step, (xb, yb) in enumerate(train_dataset):
        with tf.GradientTape() as tape:
            logits = model(xb, training=True)
            loss_value = loss_fn(yb, logits)
            loss_value += sum(model.losses)
        grads = tape.gradient(loss_value, model.trainable_weights)
        optimizer.apply_gradients(zip(grads, model.trainable_weights))
        acc.update_state(yb, logits)
        if step % 200 == 0:
            print("Training loss (for one batch) at step %d: %s" % (step, float(loss_value) > 0))
    train_acc = acc.result(); print("%s" % (0 <= float(train_acc) <= 1)); acc.reset_states()
# callbacks guide
class LossAndErrorPrintingCallback(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        print("Up to batch {}, the average loss is {}.".format(batch, logs["loss"] > 0))
    def on_epoch_end(self, epoch, logs=None):
        lr = float(tf.keras.backend.get_value(self.model.optimizer.learning_rate)); tf.keras.backend.set_value(self.model.optimizer.lr, lr * 0.5); print("lr", round(lr, 5))
m = keras.Sequential([keras.layers.Dense(1, input_dim=784)]); m.compile(optimizer=keras.optimizers.RMSprop(learning_rate=0.1), loss="mean_squared_error", metrics=["mean_absolute_error"])
m.fit(np.random.rand(64, 784), np.random.rand(64), batch_size=32, epochs=2, verbose=0, callbacks=[LossAndErrorPrintingCallback(), keras.callbacks.LearningRateScheduler(lambda e, lr: lr * tf.math.exp(-0.1).numpy())])
# mixed: tf ops on KerasTensors
@tf.function
def collatz(n):
    c = tf.constant(0)
    while n != 1:
        if n % 2 == 0: n = n // 2
        else: n = 3 * n + 1
        c += 1
    return c
print(collatz(tf.constant(6)).numpy())
v = tf.Variable(tf.zeros((2, 2))); v[0, 1].assign(3.0); print(v.numpy().tolist())
v.scatter_nd_update([[1, 0]], [5.0]); print(v.numpy().tolist())
print(tf.Variable([1, 2], name="x").name, tf.cast(True, tf.float32).numpy(), tf.math.add(1, 2))
a = tf.constant([[1, 2], [3, 4]]); print(a @ a, tf.rank(a).numpy(), a.shape, a.dtype.name, np.dot(a, a), a[:, 0], a[-1].numpy(), tf.reduce_max(a), -a[0])
for row in a: print(row.numpy())
print(tf.constant(3.0) > 2, bool(tf.constant(3.0) > 2), tf.constant([1., 2.]) == tf.constant([1., 3.]), 10 in tf.constant([10, 2]).numpy())
x = tf.random.uniform((3, 4), minval=0, maxval=5, dtype=tf.int32); print(x.dtype == tf.int32, tf.unique(tf.constant([3, 3, 1]))[0].numpy())
