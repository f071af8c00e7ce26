import os, tempfile
import numpy as np
import tensorflow as tf
from tensorflow import keras
os.chdir(tempfile.mkdtemp())
rng = np.random.default_rng(0)
train_images = rng.random((100, 784)).astype('float32'); train_labels = rng.integers(0, 10, 100)
test_images, test_labels = train_images[:50], train_labels[:50]
def create_model():
  model = tf.keras.models.Sequential([
    keras.layers.Dense(64, activation='relu', input_shape=(784,)),
    keras.layers.Dropout(0.2),
    keras.layers.Dense(10)
  ])
  model.compile(optimizer='adam', loss=tf.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=[tf.metrics.SparseCategoricalAccuracy()])
  return model
model = create_model()
checkpoint_path = "training_1/cp.ckpt"
checkpoint_dir = os.path.dirname(checkpoint_path)
cp_callback = tf.keras.callbacks.ModelCheckpoint(filepath=checkpoint_path, save_weights_only=True, verbose=0)
model.fit(train_images, train_labels, epochs=3, validation_data=(test_images, test_labels), callbacks=[cp_callback], verbose=0)
print(len(os.listdir(checkpoint_dir)) > 0)
untrained = create_model()
untrained.load_weights(checkpoint_path)
a = model.evaluate(test_images, test_labels, verbose=0); b = untrained.evaluate(test_images, test_labels, verbose=0)
print(np.allclose(a, b))
checkpoint_path = "training_2/cp-{epoch:04d}.ckpt"
checkpoint_dir = os.path.dirname(checkpoint_path)
batch_size = 32
import math
n_batches = math.ceil(len(train_images) / batch_size)
cp_callback = tf.keras.callbacks.ModelCheckpoint(filepath=checkpoint_path, verbose=0, save_weights_only=True, save_freq=2*n_batches)
model = create_model()
model.save_weights(checkpoint_path.format(epoch=0))
model.fit(train_images, train_labels, epochs=4, batch_size=batch_size, callbacks=[cp_callback], validation_data=(test_images, test_labels), verbose=0)
latest = tf.train.latest_checkpoint(checkpoint_dir)
print(latest)
m2 = create_model()
m2.load_weights(latest)
print(np.allclose(m2.evaluate(test_images, test_labels, verbose=0), model.evaluate(test_images, test_labels, verbose=0)))
model.save_weights('./checkpoints/my_checkpoint')
m3 = create_model(); m3.load_weights('./checkpoints/my_checkpoint')
print(np.allclose(m3.predict(test_images, verbose=0), model.predict(test_images, verbose=0)))
model.save('my_model.h5')
new_model = tf.keras.models.load_model('my_model.h5')
loss, acc = new_model.evaluate(test_images, test_labels, verbose=0)
print('Restored model, accuracy: {:5.2f}%'.format(100 * acc)[:14])
model.save('my_model.keras')
print(np.allclose(tf.keras.models.load_model('my_model.keras').predict(test_images, verbose=0), model.predict(test_images, verbose=0)))
model.save('saved_model/my_model')
new_model = tf.keras.models.load_model('saved_model/my_model')
print(new_model.predict(test_images, verbose=0).shape)
