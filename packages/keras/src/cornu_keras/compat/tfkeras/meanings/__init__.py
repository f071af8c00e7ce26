"""What classes and functions of tf.keras mean beside their defaults, a file per idea."""
