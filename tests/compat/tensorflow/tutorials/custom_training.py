import numpy as np
import tensorflow as tf
TRUE_W = 3.0; TRUE_B = 2.0; NUM_EXAMPLES = 201
x = tf.linspace(-2, 2, NUM_EXAMPLES)
x = tf.cast(x, tf.float32)
def f(x):
  return x * TRUE_W + TRUE_B
noise = tf.random.normal(shape=[NUM_EXAMPLES])
y = f(x) + noise * 0.1
class MyModel(tf.Module):
  def __init__(self, **kwargs):
    super().__init__(**kwargs)
    self.w = tf.Variable(5.0)
    self.b = tf.Variable(0.0)
  def __call__(self, x):
    return self.w * x + self.b
model = MyModel()
print("Variables:", len(model.variables))
assert model(3.0).numpy() == 15.0
def loss(target_y, predicted_y):
  return tf.reduce_mean(tf.square(target_y - predicted_y))
print("Current loss: %1.2f" % loss(y, model(x)).numpy() > "")
def train(model, x, y, learning_rate):
  with tf.GradientTape() as t:
    current_loss = loss(y, model(x))
  dw, db = t.gradient(current_loss, [model.w, model.b])
  model.w.assign_sub(learning_rate * dw)
  model.b.assign_sub(learning_rate * db)
weights = []; biases = []
epochs = range(20)
def report(model, loss):
  return f"W = {model.w.numpy():1.2f}, b = {model.b.numpy():1.2f}, loss={loss:2.5f}"
def training_loop(model, x, y):
  for epoch in epochs:
    train(model, x, y, learning_rate=0.1)
    weights.append(model.w.numpy()); biases.append(model.b.numpy())
    current_loss = loss(y, model(x))
    report(model, current_loss)
training_loop(model, x, y)
print(abs(weights[-1] - 3) < 0.1, abs(biases[-1] - 2) < 0.1)
class MyModelKeras(tf.keras.Model):
  def __init__(self, **kwargs):
    super().__init__(**kwargs)
    self.w = tf.Variable(5.0)
    self.b = tf.Variable(0.0)
  def call(self, x):
    return self.w * x + self.b
keras_model = MyModelKeras()
training_loop(keras_model, x, y)
keras_model.save_weights("my_checkpoint")
print(report(keras_model, 0.0)[:3])
keras_model = MyModelKeras()
keras_model.compile(run_eagerly=False, optimizer=tf.keras.optimizers.SGD(learning_rate=0.1), loss=tf.keras.losses.mean_squared_error)
print(x.shape[0])
keras_model.fit(x, y, epochs=10, batch_size=1000, verbose=0)
print(abs(keras_model.w.numpy() - 3) < 0.5)
# iris-like
train_ds = tf.data.Dataset.from_tensor_slices((np.random.rand(60, 4).astype('float32'), np.random.randint(0, 3, 60))).batch(16)
m = tf.keras.Sequential([tf.keras.layers.Dense(10, activation=tf.nn.relu, input_shape=(4,)), tf.keras.layers.Dense(3)])
features, labels = next(iter(train_ds))
predictions = m(features)
print(tf.argmax(predictions, axis=1).shape, tf.nn.softmax(predictions[:5]).shape)
loss_object = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
def loss(model, x, y, training):
  y_ = model(x, training=training)
  return loss_object(y_true=y, y_pred=y_)
def grad(model, inputs, targets):
  with tf.GradientTape() as tape:
    loss_value = loss(model, inputs, targets, training=True)
  return loss_value, tape.gradient(loss_value, model.trainable_variables)
optimizer = tf.keras.optimizers.SGD(learning_rate=0.01)
loss_value, grads = grad(m, features, labels)
print("Step: {}, Initial Loss: {}".format(optimizer.iterations.numpy(), loss_value.numpy() > 0))
optimizer.apply_gradients(zip(grads, m.trainable_variables))
print("Step: {}".format(optimizer.iterations.numpy()))
for epoch in range(3):
  epoch_loss_avg = tf.keras.metrics.Mean()
  epoch_accuracy = tf.keras.metrics.SparseCategoricalAccuracy()
  for x, y in train_ds:
    loss_value, grads = grad(m, x, y)
    optimizer.apply_gradients(zip(grads, m.trainable_variables))
    epoch_loss_avg.update_state(loss_value)
    epoch_accuracy.update_state(y, m(x, training=True))
  print("Epoch {:03d}: {}".format(epoch, 0 <= epoch_accuracy.result() <= 1), "{:.1%}".format(epoch_accuracy.result())[-1])
predictions = m(tf.convert_to_tensor([[5.1, 3.3, 1.7, 0.5,], [5.9, 3.0, 4.2, 1.5,]]), training=False)
for i, logits in enumerate(predictions):
  class_idx = tf.math.argmax(logits).numpy()
  p = tf.nn.softmax(logits)[class_idx]
  print(i, class_idx in (0, 1, 2), 0 <= p <= 1)
