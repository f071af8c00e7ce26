# Training from a Python generator, with class weights, and on single batches.
import numpy as np

from cornu.layers import Dense
from cornu.models import Sequential

np.random.seed(11)
centers = np.array([[2., 0.], [-2., 0.], [0., 2.5]])
labels = np.random.choice(3, size=600, p=[0.6, 0.3, 0.1])
points = centers[labels] + np.random.normal(scale=0.7, size=(600, 2))


def generate_batches(batch_size):
    while 1:
        index = np.random.randint(0, 500, size=batch_size)
        yield points[index], labels[index]


model = Sequential()
model.add(Dense(16, activation='tanh', input_dim=2))
model.add(Dense(3, activation='softmax'))
model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])

history = model.fit_generator(generate_batches(32), steps_per_epoch=20, epochs=8, verbose=0,
                              validation_data=(points[500:], labels[500:]))
evaluated = model.evaluate_generator(generate_batches(50), steps=4)
model.fit(generate_batches(32), steps_per_epoch=20, epochs=4, verbose=0)
model.fit(points[:500], labels[:500], epochs=4, verbose=0,
          class_weight={0: 1., 1: 2., 2: 6.}, sample_weight=None)

for step in range(60):
    batch, target = next(generate_batches(64))
    loss, acc = model.train_on_batch(batch, target)

test_loss, test_acc = model.evaluate(points[500:], labels[500:], verbose=0)
classes = model.predict_classes(points[500:])
