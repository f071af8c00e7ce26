# A subclassed model with Python control flow, then freezing layers and training the head again.
import numpy as np

from cornu.layers import BatchNormalization, Dense, Dropout
from cornu.models import Model, Sequential
from cornu.optimizers import SGD


class SimpleMLP(Model):

    def __init__(self, use_bn=False, use_dp=False, num_classes=10):
        super(SimpleMLP, self).__init__(name='mlp')
        self.use_bn = use_bn
        self.use_dp = use_dp
        self.num_classes = num_classes

        self.dense1 = Dense(32, activation='relu')
        self.dense2 = Dense(num_classes, activation='softmax')
        if self.use_dp:
            self.dp = Dropout(0.2)
        if self.use_bn:
            self.bn = BatchNormalization(axis=-1)

    def call(self, inputs):
        x = self.dense1(inputs)
        if self.use_dp:
            x = self.dp(x)
        if self.use_bn:
            x = self.bn(x)
        return self.dense2(x)


rng = np.random.RandomState(5)
x = rng.normal(size=(600, 8))
y = (x[:, 0] + x[:, 1] > 0).astype(int) + (x[:, 2] > 0.5).astype(int)

model = SimpleMLP(use_bn=True, use_dp=True, num_classes=3)
model.compile(SGD(lr=0.1, momentum=0.9), 'sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(x, y, epochs=20, batch_size=32, verbose=0)
accuracy = model.evaluate(x, y, verbose=0)[1]

base = Sequential([Dense(24, activation='relu', input_shape=(8,)), Dense(12, activation='relu')])
head = Sequential([base, Dense(3, activation='softmax')])
head.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
head.fit(x, y, epochs=15, batch_size=32, verbose=0)

for layer in base.layers:
    layer.trainable = False
head.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
frozen_before = base.get_weights()
head.fit(x, 2 - y, epochs=100, batch_size=32, verbose=0)
frozen_after = base.get_weights()
relearned = head.evaluate(x, 2 - y, verbose=0)[1]
trainable = [w.name for w in head.trainable_weights]
