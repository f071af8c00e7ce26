import io, re, string, numpy as np, tempfile, os
import tensorflow as tf
from tensorflow.keras import layers
SEED = 42
AUTOTUNE = tf.data.AUTOTUNE
sentence = "The wide road shimmered in the hot sun"
tokens = list(sentence.lower().split())
vocab, index = {}, 1
vocab['<pad>'] = 0
for token in tokens:
  if token not in vocab:
    vocab[token] = index
    index += 1
vocab_size = len(vocab)
example_sequence = [vocab[word] for word in tokens]
window_size = 2
positive_skip_grams, _ = tf.keras.preprocessing.sequence.skipgrams(example_sequence, vocabulary_size=vocab_size, window_size=window_size, negative_samples=0, seed=SEED)
print(len(positive_skip_grams))
target_word, context_word = positive_skip_grams[0]
num_ns = 4
context_class = tf.reshape(tf.constant(context_word, dtype="int64"), (1, 1))
negative_sampling_candidates, _, _ = tf.random.log_uniform_candidate_sampler(true_classes=context_class, num_true=1, num_sampled=num_ns, unique=True, range_max=vocab_size, seed=SEED, name="negative_sampling")
print(negative_sampling_candidates.shape, len(set(negative_sampling_candidates.numpy())))
squeezed_context_class = tf.squeeze(context_class, 1)
context = tf.concat([squeezed_context_class, negative_sampling_candidates], 0)
label = tf.constant([1] + [0]*num_ns, dtype="int64")
sampling_table = tf.keras.preprocessing.sequence.make_sampling_table(size=10)
print(sampling_table.round(5))
p = os.path.join(tempfile.mkdtemp(), 's.txt')
with open(p, 'w') as f:
    for i in range(40): f.write("First Citizen: before we proceed, any further hear me speak %d\n\n" % (i % 5))
with open(p) as f:
  lines = f.read().splitlines()
text_ds = tf.data.TextLineDataset(p).filter(lambda x: tf.cast(tf.strings.length(x), bool))
def custom_standardization(input_data):
  lowercase = tf.strings.lower(input_data)
  return tf.strings.regex_replace(lowercase, '[%s]' % re.escape(string.punctuation), '')
vectorize_layer = layers.TextVectorization(standardize=custom_standardization, max_tokens=64, output_mode='int', output_sequence_length=10)
vectorize_layer.adapt(text_ds.batch(1024))
inverse_vocab = vectorize_layer.get_vocabulary()
print([str(word) for word in inverse_vocab[:5]])
text_vector_ds = text_ds.batch(1024).prefetch(AUTOTUNE).map(vectorize_layer).unbatch()
sequences = list(text_vector_ds.as_numpy_iterator())
print(len(sequences), sequences[0].shape)
targets = np.random.randint(1, 10, 64); contexts = np.random.randint(1, 10, (64, 5)); labels = np.tile([1, 0, 0, 0, 0], (64, 1))
dataset = tf.data.Dataset.from_tensor_slices(((targets, contexts), labels))
dataset = dataset.shuffle(100).batch(16, drop_remainder=True).cache().prefetch(buffer_size=AUTOTUNE)
class Word2Vec(tf.keras.Model):
  def __init__(self, vocab_size, embedding_dim):
    super(Word2Vec, self).__init__()
    self.target_embedding = layers.Embedding(vocab_size, embedding_dim, input_length=1, name="w2v_embedding")
    self.context_embedding = layers.Embedding(vocab_size, embedding_dim, input_length=num_ns+1)
  def call(self, pair):
    target, context = pair
    if len(target.shape) == 2:
      target = tf.squeeze(target, axis=1)
    word_emb = self.target_embedding(target)
    context_emb = self.context_embedding(context)
    dots = tf.einsum('be,bce->bc', word_emb, context_emb)
    return dots
word2vec = Word2Vec(20, 8)
word2vec.compile(optimizer='adam', loss=tf.keras.losses.CategoricalCrossentropy(from_logits=True), metrics=['accuracy'])
h = word2vec.fit(dataset, epochs=3, verbose=0)
print(sorted(h.history))
weights = word2vec.get_layer('w2v_embedding').get_weights()[0]
print(weights.shape)
