"""What Keras has beside models: pictures of them, queues of batches, labels as rows."""
