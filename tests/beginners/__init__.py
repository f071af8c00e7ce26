"""What beginners do wrong, in our dialect and in Keras': `mistakes` is the table."""
