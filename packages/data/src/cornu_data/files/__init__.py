"""What lies in files of models before it is a model's.

| file | idea |
|---|---|
| `file_kinds.py` | what is in a file |
| `config_names.py` | names in a configuration, checked |
| `plan.py` | which array goes where, decided before anything is changed |
| `shards.py` | weights in several files |
| `sharing.py` | which layers of a configuration are one |
| `words.py` | how a dialect says things |
"""
