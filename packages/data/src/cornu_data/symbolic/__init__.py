"""Values before they are there: what is known of them, and of what a call makes of them.

| file | idea |
|---|---|
| `keras_tensor.py` | symbolic tensors, and the calls they come from |
| `graph.py` | the calls between inputs and outputs, in order |
| `inputs.py` | what is passed to a graph, one value per input |
| `masks.py` | which values carry a mask |
| `signature.py` | arguments of a call, and their shapes |
| `inference.py` | shapes of results, by tracing |
"""
