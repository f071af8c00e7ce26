"""What Keras 2 had around its models: `K.*`, known to users as `cornu.backend`."""
