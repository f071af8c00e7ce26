# Regression with a validation split, history and callbacks of the user's own.
import numpy as np
from sklearn.datasets import load_diabetes

from cornu import layers, models, regularizers
from cornu.callbacks import Callback, EarlyStopping
from cornu.optimizers import RMSprop


class LossHistory(Callback):
    def on_train_begin(self, logs={}):
        self.losses = []

    def on_batch_end(self, batch, logs={}):
        self.losses.append(logs.get('loss'))


class LearningRates(Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.params['seen'] = sorted(logs)


data, targets = load_diabetes(return_X_y=True)
data -= data.mean(axis=0)
data /= data.std(axis=0)
targets = (targets - targets.mean()) / targets.std()


def build_model():
    model = models.Sequential()
    model.add(layers.Dense(32, activation='relu', input_shape=(data.shape[1],),
                           kernel_regularizer=regularizers.l2(0.001)))
    model.add(layers.Dense(16, activation='relu'))
    model.add(layers.Dense(1))
    model.compile(optimizer=RMSprop(lr=0.002), loss='mse', metrics=['mae'])
    return model


model = build_model()
loss_history, rates = LossHistory(), LearningRates()
early = EarlyStopping(monitor='val_loss', patience=8)
history = model.fit(data, targets, epochs=120, batch_size=16, verbose=0,
                    validation_split=0.2, callbacks=[loss_history, rates, early])
mae_history = history.history['val_mae']
epochs_run = len(history.epoch)
baseline = np.abs(targets).mean()
