import numpy as np
from keras import backend as K
from keras.callbacks import Callback, EarlyStopping, LambdaCallback
from keras.layers import BatchNormalization, Dense, Dropout
from keras.models import Sequential
from sklearn.metrics import f1_score

np.random.seed(7)
X = np.random.rand(60, 8).astype('float32')
Y = (X[:, 0] + X[:, 1] > 1).astype(int)


class Metrics(Callback):
    def on_train_begin(self, logs={}):
        self.val_f1s = []

    def on_epoch_end(self, epoch, logs={}):
        val_predict = (np.asarray(self.model.predict(self.validation_data[0]))).round()
        val_targ = self.validation_data[1]
        self.val_f1s.append(f1_score(val_targ, val_predict, zero_division=0))
        logs['val_f1'] = self.val_f1s[-1]


class Cosine(Callback):
    def __init__(self, min_lr, max_lr):
        super(Cosine, self).__init__()
        self.min_lr = min_lr
        self.max_lr = max_lr
        self.seen = {}

    def on_train_begin(self, logs={}):
        K.set_value(self.model.optimizer.lr, self.max_lr)

    def on_batch_end(self, batch, logs={}):
        self.seen.setdefault('lr', []).append(float(K.get_value(self.model.optimizer.lr)))
        for k, v in (logs or {}).items():
            self.seen.setdefault(k, []).append(v)
        turn = np.cos(len(self.seen['lr']) / 6.0 * np.pi)
        K.set_value(self.model.optimizer.lr, self.min_lr + 0.5 * (self.max_lr - self.min_lr) * (1 + turn))


def focal_loss(gamma=2., alpha=.25):
    def focal_loss_fixed(y_true, y_pred):
        import tensorflow as tf
        pt_1 = tf.where(tf.equal(y_true, 1), y_pred, tf.ones_like(y_pred))
        pt_0 = tf.where(tf.equal(y_true, 0), y_pred, tf.zeros_like(y_pred))
        return -K.mean(alpha * K.pow(1. - pt_1, gamma) * K.log(K.clip(pt_1, 1e-7, 1))) - K.mean(
            (1 - alpha) * K.pow(pt_0, gamma) * K.log(K.clip(1. - pt_0, 1e-7, 1)))
    return focal_loss_fixed


model = Sequential()
model.add(Dense(12, input_dim=8, init='uniform', activation='relu'))
model.add(BatchNormalization())
model.add(Dropout(0.2))
model.add(Dense(1, kernel_initializer='normal', activation='sigmoid'))
model.compile(loss=[focal_loss()], optimizer='adam', metrics=['accuracy'])
met, turns = Metrics(), Cosine(1e-4, 1e-2)
model.fit(X, Y, validation_split=0.25, epochs=2, batch_size=10, verbose=0, callbacks=[
    met, turns, EarlyStopping(monitor='val_f1', mode='max', patience=5),
    LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, sorted(logs)))])
print(len(met.val_f1s), [round(rate, 4) for rate in turns.seen['lr'][:4]], sorted(turns.seen))
