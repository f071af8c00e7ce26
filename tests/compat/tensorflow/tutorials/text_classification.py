import re, string, os, shutil, tempfile
import tensorflow as tf
from tensorflow.keras import layers, losses
d = tempfile.mkdtemp()
for split in ('train', 'test'):
    for c, words in (('neg', 'bad awful boring <br /> terrible'), ('pos', 'good great! fun excellent')):
        p = os.path.join(d, split, c); os.makedirs(p)
        for i in range(40):
            w = words.split(' ')
            open(os.path.join(p, f'{i}.txt'), 'w').write(' '.join(w[(i + k) % len(w)] for k in range(6)) + ' movie %d' % (i % 7))
batch_size = 8
seed = 42
raw_train_ds = tf.keras.utils.text_dataset_from_directory(os.path.join(d, 'train'), batch_size=batch_size, validation_split=0.2, subset='training', seed=seed)
for text_batch, label_batch in raw_train_ds.take(1):
    for i in range(3):
        print("Review", isinstance(text_batch.numpy()[i], bytes))
        print("Label", label_batch.numpy()[i] in (0, 1))
print("Label 0 corresponds to", raw_train_ds.class_names[0])
raw_val_ds = tf.keras.utils.text_dataset_from_directory(os.path.join(d, 'train'), batch_size=batch_size, validation_split=0.2, subset='validation', seed=seed)
raw_test_ds = tf.keras.utils.text_dataset_from_directory(os.path.join(d, 'test'), batch_size=batch_size)
def custom_standardization(input_data):
    lowercase = tf.strings.lower(input_data)
    stripped_html = tf.strings.regex_replace(lowercase, '<br />', ' ')
    return tf.strings.regex_replace(stripped_html, '[%s]' % re.escape(string.punctuation), '')
max_features = 1000
sequence_length = 20
vectorize_layer = layers.TextVectorization(standardize=custom_standardization, max_tokens=max_features, output_mode='int', output_sequence_length=sequence_length)
train_text = raw_train_ds.map(lambda x, y: x)
vectorize_layer.adapt(train_text)
def vectorize_text(text, label):
    text = tf.expand_dims(text, -1)
    return vectorize_layer(text), label
text_batch, label_batch = next(iter(raw_train_ds))
first_review, first_label = text_batch[0], label_batch[0]
print("Review", first_review.shape, raw_train_ds.class_names[first_label] in ('neg', 'pos'))
print("Vectorized", vectorize_text(first_review, first_label)[0].shape)
print("2 --->", vectorize_layer.get_vocabulary()[2])
print('Vocabulary size: {}'.format(len(vectorize_layer.get_vocabulary())))
train_ds = raw_train_ds.map(vectorize_text)
val_ds = raw_val_ds.map(vectorize_text)
test_ds = raw_test_ds.map(vectorize_text)
AUTOTUNE = tf.data.AUTOTUNE
train_ds = train_ds.cache().prefetch(buffer_size=AUTOTUNE)
val_ds = val_ds.cache().prefetch(buffer_size=AUTOTUNE)
test_ds = test_ds.cache().prefetch(buffer_size=AUTOTUNE)
embedding_dim = 16
model = tf.keras.Sequential([
  layers.Embedding(max_features + 1, embedding_dim),
  layers.Dropout(0.2),
  layers.GlobalAveragePooling1D(),
  layers.Dropout(0.2),
  layers.Dense(1)])
model.compile(loss=losses.BinaryCrossentropy(from_logits=True), optimizer=tf.keras.optimizers.Adam(0.05), metrics=[tf.metrics.BinaryAccuracy(threshold=0.0)])
history = model.fit(train_ds, validation_data=val_ds, epochs=5, verbose=0)
print(sorted(history.history.keys()))
loss, accuracy = model.evaluate(test_ds, verbose=0)
print("Accuracy: ", accuracy > 0.9)
export_model = tf.keras.Sequential([vectorize_layer, model, layers.Activation('sigmoid')])
export_model.compile(loss=losses.BinaryCrossentropy(from_logits=False), optimizer="adam", metrics=['accuracy'])
loss, accuracy = export_model.evaluate(raw_test_ds, verbose=0)
print(accuracy > 0.9)
examples = tf.constant(["The movie was great!", "The movie was okay.", "The movie was terrible..."])
p = export_model.predict(examples, verbose=0)
print(p.shape, p[0] > p[2])
