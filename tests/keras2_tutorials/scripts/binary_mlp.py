# Binary classification with an MLP on a table (the first tutorial everybody did).
import numpy
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler

from cornu.layers import Dense
from cornu.models import Sequential

# fix random seed for reproducibility
numpy.random.seed(7)
dataset = load_breast_cancer()
X = StandardScaler().fit_transform(dataset.data[:, 0:8])
Y = dataset.target
# create model
model = Sequential()
model.add(Dense(12, input_dim=8, activation='relu'))
model.add(Dense(8, activation='relu'))
model.add(Dense(1, activation='sigmoid'))
# Compile model
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
# Fit the model
model.fit(X, Y, epochs=60, batch_size=10, verbose=0)
# evaluate the model
scores = model.evaluate(X, Y, verbose=0)
print("\n%s: %.2f%%" % (model.metrics_names[1], scores[1] * 100))
# calculate predictions
predictions = model.predict(X)
# round predictions
rounded = [round(x[0]) for x in predictions]
