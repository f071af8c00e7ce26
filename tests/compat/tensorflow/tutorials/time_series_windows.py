import numpy as np, pandas as pd, tensorflow as tf
rng = np.random.default_rng(0)
date_time = pd.to_datetime('2009-01-01') + pd.to_timedelta(np.arange(400), unit='h')
df = pd.DataFrame({'p (mbar)': rng.normal(990, 8, 400), 'T (degC)': 10 + 8*np.sin(np.arange(400)*2*np.pi/24) + rng.normal(0, .3, 400)})
timestamp_s = date_time.map(pd.Timestamp.timestamp)
day = 24*60*60
df['Day sin'] = np.sin(timestamp_s * (2 * np.pi / day)); df['Day cos'] = np.cos(timestamp_s * (2 * np.pi / day))
fft = tf.signal.rfft(df['T (degC)'])
print(fft.shape, np.abs(fft).shape)
column_indices = {name: i for i, name in enumerate(df.columns)}
n = len(df)
train_df = df[0:int(n*0.7)]; val_df = df[int(n*0.7):int(n*0.9)]; test_df = df[int(n*0.9):]
num_features = df.shape[1]
train_mean = train_df.mean(); train_std = train_df.std()
train_df = (train_df - train_mean) / train_std; val_df = (val_df - train_mean) / train_std; test_df = (test_df - train_mean) / train_std
class WindowGenerator():
  def __init__(self, input_width, label_width, shift, train_df=train_df, val_df=val_df, test_df=test_df, label_columns=None):
    self.train_df = train_df; self.val_df = val_df; self.test_df = test_df
    self.label_columns = label_columns
    if label_columns is not None:
      self.label_columns_indices = {name: i for i, name in enumerate(label_columns)}
    self.column_indices = {name: i for i, name in enumerate(train_df.columns)}
    self.input_width = input_width; self.label_width = label_width; self.shift = shift
    self.total_window_size = input_width + shift
    self.input_slice = slice(0, input_width)
    self.input_indices = np.arange(self.total_window_size)[self.input_slice]
    self.label_start = self.total_window_size - self.label_width
    self.labels_slice = slice(self.label_start, None)
    self.label_indices = np.arange(self.total_window_size)[self.labels_slice]
  def __repr__(self):
    return '\n'.join([f'Total window size: {self.total_window_size}', f'Input indices: {self.input_indices}', f'Label indices: {self.label_indices}', f'Label column name(s): {self.label_columns}'])
def split_window(self, features):
  inputs = features[:, self.input_slice, :]
  labels = features[:, self.labels_slice, :]
  if self.label_columns is not None:
    labels = tf.stack([labels[:, :, self.column_indices[name]] for name in self.label_columns], axis=-1)
  inputs.set_shape([None, self.input_width, None])
  labels.set_shape([None, self.label_width, None])
  return inputs, labels
WindowGenerator.split_window = split_window
w2 = WindowGenerator(input_width=6, label_width=1, shift=1, label_columns=['T (degC)'])
print(w2)
example_window = tf.stack([np.array(train_df[:w2.total_window_size]), np.array(train_df[100:100+w2.total_window_size]), np.array(train_df[200:200+w2.total_window_size])])
example_inputs, example_labels = w2.split_window(example_window)
print(f'Window shape: {example_window.shape}', f'Inputs shape: {example_inputs.shape}', f'Labels shape: {example_labels.shape}')
def make_dataset(self, data):
  data = np.array(data, dtype=np.float32)
  ds = tf.keras.utils.timeseries_dataset_from_array(data=data, targets=None, sequence_length=self.total_window_size, sequence_stride=1, shuffle=True, batch_size=32,)
  ds = ds.map(self.split_window)
  return ds
WindowGenerator.make_dataset = make_dataset
@property
def train(self): return self.make_dataset(self.train_df)
@property
def val(self): return self.make_dataset(self.val_df)
@property
def test(self): return self.make_dataset(self.test_df)
@property
def example(self):
  result = getattr(self, '_example', None)
  if result is None:
    result = next(iter(self.train))
    self._example = result
  return result
WindowGenerator.train = train; WindowGenerator.val = val; WindowGenerator.test = test; WindowGenerator.example = example
for example_inputs, example_labels in w2.train.take(1):
  print(f'Inputs shape (batch, time, features): {example_inputs.shape}', example_labels.shape)
single_step_window = WindowGenerator(input_width=1, label_width=1, shift=1, label_columns=['T (degC)'])
class Baseline(tf.keras.Model):
  def __init__(self, label_index=None):
    super().__init__()
    self.label_index = label_index
  def call(self, inputs):
    if self.label_index is None:
      return inputs
    result = inputs[:, :, self.label_index]
    return result[:, :, tf.newaxis]
baseline = Baseline(label_index=column_indices['T (degC)'])
baseline.compile(loss=tf.keras.losses.MeanSquaredError(), metrics=[tf.keras.metrics.MeanAbsoluteError()])
val_performance = {}; performance = {}
val_performance['Baseline'] = baseline.evaluate(single_step_window.val, verbose=0)
performance['Baseline'] = baseline.evaluate(single_step_window.test, verbose=0)
print(len(val_performance['Baseline']))
wide_window = WindowGenerator(input_width=24, label_width=24, shift=1, label_columns=['T (degC)'])
print('Output shape:', baseline(wide_window.example[0]).shape)
MAX_EPOCHS = 3
def compile_and_fit(model, window, patience=2):
  early_stopping = tf.keras.callbacks.EarlyStopping(monitor='val_loss', patience=patience, mode='min')
  model.compile(loss=tf.keras.losses.MeanSquaredError(), optimizer=tf.keras.optimizers.Adam(), metrics=[tf.keras.metrics.MeanAbsoluteError()])
  return model.fit(window.train, epochs=MAX_EPOCHS, validation_data=window.val, callbacks=[early_stopping], verbose=0)
lstm_model = tf.keras.models.Sequential([tf.keras.layers.LSTM(8, return_sequences=True), tf.keras.layers.Dense(units=1)])
print('Output shape:', lstm_model(wide_window.example[0]).shape)
history = compile_and_fit(lstm_model, wide_window)
print(sorted(history.history), lstm_model.metrics_names)
class ResidualWrapper(tf.keras.Model):
  def __init__(self, model):
    super().__init__()
    self.model = model
  def call(self, inputs, *args, **kwargs):
    delta = self.model(inputs, *args, **kwargs)
    return inputs + delta
residual_lstm = ResidualWrapper(tf.keras.Sequential([tf.keras.layers.LSTM(8, return_sequences=True), tf.keras.layers.Dense(num_features, kernel_initializer=tf.initializers.zeros())]))
wide2 = WindowGenerator(input_width=24, label_width=24, shift=1)
compile_and_fit(residual_lstm, wide2)
OUT_STEPS = 6
multi_window = WindowGenerator(input_width=12, label_width=OUT_STEPS, shift=OUT_STEPS)
multi = tf.keras.Sequential([tf.keras.layers.Lambda(lambda x: x[:, -3:, :]), tf.keras.layers.Conv1D(16, activation='relu', kernel_size=(3)), tf.keras.layers.Dense(OUT_STEPS*num_features, kernel_initializer=tf.initializers.zeros()), tf.keras.layers.Reshape([OUT_STEPS, num_features])])
compile_and_fit(multi, multi_window); print(len(multi.evaluate(multi_window.test, verbose=0)))
class FeedBack(tf.keras.Model):
  def __init__(self, units, out_steps):
    super().__init__()
    self.out_steps = out_steps
    self.units = units
    self.lstm_cell = tf.keras.layers.LSTMCell(units)
    self.lstm_rnn = tf.keras.layers.RNN(self.lstm_cell, return_state=True)
    self.dense = tf.keras.layers.Dense(num_features)
  def warmup(self, inputs):
    x, *state = self.lstm_rnn(inputs)
    prediction = self.dense(x)
    return prediction, state
  def call(self, inputs, training=None):
    predictions = []
    prediction, state = self.warmup(inputs)
    predictions.append(prediction)
    for n in range(1, self.out_steps):
      x = prediction
      x, state = self.lstm_cell(x, states=state, training=training)
      prediction = self.dense(x)
      predictions.append(prediction)
    predictions = tf.stack(predictions)
    predictions = tf.transpose(predictions, [1, 0, 2])
    return predictions
feedback_model = FeedBack(units=8, out_steps=OUT_STEPS)
prediction, state = feedback_model.warmup(multi_window.example[0])
print(prediction.shape)
print('Output shape (batch, time, features): ', feedback_model(multi_window.example[0]).shape)
compile_and_fit(feedback_model, multi_window)
