import tensorflow as tf, numpy as np
from tensorflow.keras import layers
rng = np.random.RandomState(0)
images = rng.randint(0, 255, (24, 40, 48, 3)).astype('uint8'); labels = rng.randint(0, 5, 24)
train_ds = tf.data.Dataset.from_tensor_slices((images, labels))
IMG_SIZE = 32
resize_and_rescale = tf.keras.Sequential([layers.Resizing(IMG_SIZE, IMG_SIZE), layers.Rescaling(1./255)])
image, label = next(iter(train_ds))
result = resize_and_rescale(tf.expand_dims(image, 0))
print(result.shape, result.numpy().max() <= 1)
data_augmentation = tf.keras.Sequential([layers.RandomFlip("horizontal_and_vertical"), layers.RandomRotation(0.2), layers.RandomContrast(0.2), layers.RandomZoom(.1), layers.RandomTranslation(.1, .1)])
image = tf.cast(tf.expand_dims(image, 0), tf.float32)
print(data_augmentation(image).shape)
batch_size = 8
AUTOTUNE = tf.data.AUTOTUNE
def prepare(ds, shuffle=False, augment=False):
  ds = ds.map(lambda x, y: (resize_and_rescale(tf.expand_dims(x, 0))[0], y), num_parallel_calls=AUTOTUNE)
  if shuffle:
    ds = ds.shuffle(1000)
  ds = ds.batch(batch_size)
  if augment:
    ds = ds.map(lambda x, y: (data_augmentation(x, training=True), y), num_parallel_calls=AUTOTUNE)
  return ds.prefetch(buffer_size=AUTOTUNE)
aug_ds = prepare(train_ds, True, True)
model = tf.keras.Sequential([layers.Conv2D(8, 3, padding='same', activation='relu'), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(5)])
model.compile(optimizer='adam', loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=['accuracy'])
print(sorted(model.fit(aug_ds, validation_data=prepare(train_ds), epochs=2, verbose=0).history))
def random_invert_img(x, p=0.5):
  if tf.random.uniform([]) < p:
    x = (255-x)
  return x
def random_invert(factor=0.5):
  return layers.Lambda(lambda x: random_invert_img(x, factor))
random_invert = random_invert()
print(random_invert(image).shape)
class RandomInvert(layers.Layer):
  def __init__(self, factor=0.5, **kwargs):
    super().__init__(**kwargs)
    self.factor = factor
  def call(self, x):
    return random_invert_img(x)
print(RandomInvert()(image).shape)
image = image[0]
flipped = tf.image.flip_left_right(image)
grayscaled = tf.image.rgb_to_grayscale(image); print(tf.squeeze(grayscaled).shape)
saturated = tf.image.adjust_saturation(tf.cast(image, tf.uint8), 3); None
bright = tf.image.adjust_brightness(image / 255, 0.4)
cropped = tf.image.central_crop(image, central_fraction=0.5); print(cropped.shape)
rotated = tf.image.rot90(image); print(rotated.shape)
for i in range(3):
  seed = (i, 0)
  a = tf.image.stateless_random_brightness(image, max_delta=0.95, seed=seed)
  b = tf.image.stateless_random_contrast(image, lower=0.1, upper=0.9, seed=seed)
  c = tf.image.stateless_random_crop(image, size=[21, 30, 3], seed=seed)
  print(a.shape, b.shape, c.shape)
counter = tf.data.experimental.Counter()
train_ds2 = tf.data.Dataset.zip((train_ds, (counter, counter)))
def resize_and_rescale2(image, label):
  image = tf.cast(image, tf.float32)
  image = tf.image.resize(image, [IMG_SIZE, IMG_SIZE])
  image = (image / 255.0)
  return image, label
def augment(image_label, seed):
  image, label = image_label
  image, label = resize_and_rescale2(image, label)
  image = tf.image.resize_with_crop_or_pad(image, IMG_SIZE + 6, IMG_SIZE + 6)
  new_seed = tf.random.experimental.stateless_split(seed, num=1)[0, :]
  image = tf.image.stateless_random_crop(image, size=[IMG_SIZE, IMG_SIZE, 3], seed=seed)
  image = tf.image.stateless_random_brightness(image, max_delta=0.5, seed=new_seed)
  image = tf.clip_by_value(image, 0, 1)
  return image, label
ds = train_ds2.shuffle(100).map(augment, num_parallel_calls=AUTOTUNE).batch(8).prefetch(AUTOTUNE)
for x, y in ds.take(1): print(x.shape, y.shape)
rng = tf.random.Generator.from_seed(123, alg='philox')
def f(x, y):
  seed = rng.make_seeds(2)[0]
  image, label = augment((x, y), seed)
  return image, label
ds = train_ds.shuffle(1000).map(f, num_parallel_calls=AUTOTUNE).batch(8)
for x, y in ds.take(1): print(x.shape, y.shape)
