"""`python -m cornu script.py` is `python script.py`, but for what keras and tensorflow are."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import textwrap

import pytest

from cornu_keras.compat.runner.choosing import choose, given
from cornu_keras.compat.runner.known import LIBRARIES, has, names
from cornu_keras.compat.runner.names_used import read
from cornu_keras.compat.runner.places import DIALECTS, place

CORNU = ("-m", "cornu")


def run(*words, folder, text="", dialect="", with_cornu=True):
    """Run Python in a folder, with Cornu or without it."""
    environment = {k: v for k, v in os.environ.items() if k != "CORNU_DIALECT"}
    if dialect:
        environment["CORNU_DIALECT"] = dialect
    return subprocess.run(
        [sys.executable, *(CORNU if with_cornu else ()), *map(str, words)],
        cwd=folder,
        env=environment,
        input=text,
        capture_output=True,
        text=True,
        timeout=120,
    )


def script(folder, text, name="script.py"):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return name


# What a script sees of itself, and how it ends.

SEEN = """
    import os, sys
    import helper
    print(__name__, __file__, sys.argv, sys.path[0], __package__, __spec__, helper.said)
    print(sys.modules["__main__"].__dict__ is globals(), sorted(globals()), __doc__)
"""


@pytest.mark.parametrize(
    "text",
    [
        SEEN,
        '"""Words."""\nprint(__doc__)',
        "import sys; sys.exit(7)",
        "import sys; sys.exit('why')",
        "raise SystemExit",
        "x = 1 +",
        "def f():\n    return 1 / 0\nf()",
        "raise KeyboardInterrupt",
        "import no_such_module",
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('v') from error",
        "import sys\nsys.excepthook = lambda *a: print('hook', a[0].__name__)\n1 / 0",
        "import atexit\natexit.register(print, 'end')\n1 / 0",
        "import warnings\nwarnings.warn('old', DeprecationWarning)",
        "# -*- coding: latin-1 -*-\nprint(ascii('x'))",
        "import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))) is A)",
        "import threading\nclass A: pass\n"
        "import pickle, time\n"
        "t = threading.Thread(target=lambda: (time.sleep(.1), print(pickle.dumps(A())[:2])))\n"
        "t.start()",
    ],
)
def test_a_script_runs_as_python_runs_it(tmp_path, text):
    (tmp_path / "inside").mkdir()
    script(tmp_path, "said = 'the helper'", "inside/helper.py")
    name = script(tmp_path, text, "inside/script.py")
    expected = run(name, "-x", "--y", "1", folder=tmp_path, with_cornu=False)
    actual = run(name, "-x", "--y", "1", folder=tmp_path)
    assert (actual.returncode, actual.stdout) == (expected.returncode, expected.stdout)
    assert actual.stderr == expected.stderr


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["-c", "import sys; print(__name__, sys.argv, sys.path[0])", "-v", "a"], ""),
        (["-c", "1 / 0"], ""),
        (["-m", "tool", "-v"], ""),
        (["-m", "package"], ""),
        (["-m", "package.tool", "x"], ""),
        (["folder", "-x"], ""),
        (["-", "-x"], "import sys; print(__name__, sys.argv, sys.path[0])"),
        (["-"], "1 / 0"),
    ],
)
def test_all_that_python_runs_is_run(tmp_path, words, text):
    shown = (
        "import sys\n"
        "print(__name__, sys.argv, sys.path[0], __package__, __spec__ and __spec__.name)\n"
    )
    for name in ("tool.py", "package/__main__.py", "package/tool.py", "folder/__main__.py"):
        script(tmp_path, shown, name)
    script(tmp_path, "", "package/__init__.py")
    expected = run(*words, folder=tmp_path, text=text, with_cornu=False)
    actual = run(*words, folder=tmp_path, text=text)
    if words == ["folder", "-x"]:  # whose spec would make children look for a module `__main__`
        expected.stdout = expected.stdout.replace(" __main__\n", " None\n")
    assert (actual.returncode, actual.stdout) == (expected.returncode, expected.stdout)
    assert "cornu" not in actual.stderr


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["none.py"], 2, "can't open file"),
        (["-m", "no_such_module"], 1, "No module named no_such_module"),
        (["run"], 2, "say which script"),
        (["run", "-c"], 2, "-c needs a text"),
        (["--dialect", "keras9", "x.py"], 2, "invalid choice"),
        (["nothing"], 2, "invalid choice"),
    ],
)
def test_what_cannot_be_run_is_said(tmp_path, words, status, said):
    done = run(*words, folder=tmp_path)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr


# Imports.

IMPORTS = """
    import keras
    import keras.layers.core
    import keras.layers as by_name
    from keras import layers, backend as K
    from keras.layers.core import Dense
    from keras.models import Sequential
    from keras.engine.topology import Layer
    from keras.preprocessing.sequence import pad_sequences
    import keras_preprocessing.sequence
    import importlib.util, pickle
    assert layers is by_name is keras.layers
    assert Dense is keras.layers.Dense
    assert importlib.util.find_spec("keras.models") is not None
    assert pickle.loads(pickle.dumps(Dense)) is Dense
    assert pickle.loads(b"ckeras.layers.core\\nDense\\n.") is Dense
    model = Sequential([Dense(2, input_shape=(3,))])
    print(keras.__version__, isinstance(model.layers[0], Layer), model.output_shape)
"""


def test_imports_of_tensorflow_lead_to_cornu(tmp_path):
    text = """
        import tensorflow as tf
        import tensorflow.compat.v1 as v1
        import tensorflow.keras.backend as K
        import tensorflow.keras.layers as layers
        import tf_keras
        from tensorflow import keras
        from tensorflow.keras.layers import Dense
        from tensorflow.python.keras.layers import Dense as inner
        assert tf.keras is keras is tf_keras and keras.layers is layers
        assert Dense is inner is layers.Dense and keras.backend is K
        print(tf.nn.relu(tf.constant([-1.0, 2.0])).numpy(), v1.nn.relu is tf.nn.relu)
    """
    done = run(script(tmp_path, text), folder=tmp_path)
    assert done.stdout == "[0. 2.] True\n", done.stderr


def test_names_that_python_and_numpy_had_are_there_again(tmp_path):
    text = """
        import numpy as np
        import keras
        import time
        from collections import Iterable, Mapping
        print(np.zeros(2, np.float).dtype, np.int(3), np.object, np.product([2, 3]), np.NINF)
        print(np.in1d([[1, 2]], [2]), np.asscalar(np.ones(1)), time.clock() > 0)
        print(isinstance([], Iterable), isinstance({}, Mapping))
    """
    done = run(script(tmp_path, text), folder=tmp_path)
    assert done.stdout.splitlines() == [
        "float64 3 <class 'object'> 6 -inf",
        "[False  True] 1.0 True",
        "True True",
    ], done.stderr


def test_other_modules_speak_for_themselves(tmp_path):
    text = "import keras.datasets.imdb\nimport numpy as np\nnp.spam"
    done = run(script(tmp_path, text), folder=tmp_path)
    assert "AttributeError: module 'numpy' has no attribute 'spam'" in done.stderr


def test_finders_of_the_old_form_are_left_aside(tmp_path):
    """As Python does: Weights & Biases has one."""
    text = """
        import sys

        class Old:
            def find_module(self, name, path=None): ...

        sys.meta_path.insert(0, Old())
        import multiprocessing.spawn
        try:
            from keras.layers import Dens
        except ImportError as error:
            print("Dense" in str(error))
    """
    done = run(script(tmp_path, text), folder=tmp_path)
    assert done.stdout == "True\n", done.stderr


def test_imports_lead_to_cornu_whatever_is_installed(tmp_path):
    script(tmp_path, "raise ImportError('the real one')", "keras/__init__.py")
    done = run(script(tmp_path, IMPORTS), folder=tmp_path)
    assert done.stdout.split() == ["2.3.1", "True", "(None,", "2)"], done.stderr


@pytest.mark.parametrize(
    ("name", "dialect", "real"),
    [
        ("keras", "keras2", "cornu_keras.compat.keras2"),
        ("keras.layers.core", "keras2", "cornu_keras.compat.keras2.layers.core"),
        ("keras.layers", "keras3", "cornu.layers"),
        ("keras", "tfkeras", "cornu_keras.compat.tfkeras"),
        ("tensorflow", "keras2", "cornu_keras.compat.tensorflow"),
        ("tensorflow.keras.layers", "keras2", "cornu_keras.compat.tfkeras.layers"),
        ("tensorflow.keras.layers", "keras3", "cornu.layers"),
        ("tensorflow.python.keras", "tfkeras", "cornu_keras.compat.tfkeras"),
        ("tensorflow.compat.v1", "keras2", "cornu_keras.compat.tensorflow.compat.v1"),
        ("tf_keras.models", "keras3", "cornu_keras.compat.tfkeras.models"),
        ("keras.wrappers.scikit_learn", "keras3", "cornu.wrappers.scikit_learn"),
        ("scikeras.wrappers", "keras2", "cornu.wrappers"),
        ("tensorflow_probability", "keras2", None),
        ("keras_tuner", "keras2", None),
    ],
)
def test_each_module_has_its_place(name, dialect, real):
    assert place(name, dialect) == real


CHILD = """
    import multiprocessing, sys
    def work(x):
        import keras
        return x, keras.__version__, __name__
    if __name__ == "__main__":
        with multiprocessing.get_context(sys.argv[1]).Pool(1) as pool:
            print(pool.map(work, [1]))
    import keras.layers
"""


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_processes_of_a_script_import_the_same(tmp_path, method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"This system starts no process by {method}.")
    done = run(script(tmp_path, CHILD), method, folder=tmp_path)
    name = "__main__" if method == "fork" else "__mp_main__"
    assert done.stdout.strip() == str([(1, "2.3.1", name)]), done.stderr


# Dialects.


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("", "keras2"),
        ("import keras", "keras2"),
        ("from keras.layers.core import Dense", "keras2"),
        ("import keras\nkeras.ops.add(1, 2)", "keras3"),
        ("from keras import ops", "keras3"),
        ("from keras.saving import register_keras_serializable", "keras3"),
        ("import os\nos.environ['KERAS_BACKEND'] = 'torch'\nimport keras", "keras3"),
        ("import os\nos.environ['KERAS_BACKEND'] = 'theano'\nimport keras", "keras2"),
        ("import keras\nkeras.layers.MultiHeadAttention(2, 2)", "keras3"),
        ("import tensorflow as tf\nfrom keras.layers import MultiHeadAttention", "tfkeras"),
        ("import tensorflow as tf\nfrom keras.layers import Dense, CuDNNLSTM", "keras2"),
        ("import tensorflow as tf\ntf.keras.layers.Dense(1)", "tfkeras"),
        ("from tensorflow import keras\nkeras.layers.Dense(1)", "tfkeras"),
        ("from tensorflow import keras\nkeras.ops.ones(3)", "keras3"),
        ("from tensorflow.keras.layers import Dense", "tfkeras"),
        ("def f(keras):\n    keras.ops.add(1)\nimport keras", "keras2"),
        ("x = 1 +", "keras2"),
    ],
)
def test_the_dialect_is_that_which_lacks_the_fewest_names(text, dialect):
    assert choose(read(text, "script.py", None)) == dialect


SHOWN = "import keras; print(keras.__name__)"


@pytest.mark.parametrize(
    ("words", "variable", "dialect"),
    [
        ([], "", "keras2"),
        (["--dialect", "tfkeras"], "", "tfkeras"),
        ([], "keras3", "keras3"),
        (["--dialect=keras2"], "keras3", "keras2"),
    ],
)
def test_the_dialect_can_be_said(tmp_path, words, variable, dialect):
    done = run(*words, "-c", SHOWN, folder=tmp_path, dialect=variable)
    assert done.stdout.strip() == DIALECTS[dialect], done.stderr


def test_a_dialect_that_is_none_is_an_error(monkeypatch, tmp_path):
    done = run("-c", SHOWN, folder=tmp_path, dialect="keras1")
    assert done.returncode == 2
    assert "CORNU_DIALECT is 'keras1': it can be keras2, tfkeras, keras3." in done.stderr
    assert given("keras2") == "keras2"


# Names that are not there.


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("import keras\nkeras.layers.Dens", "AttributeError", "'keras.layers' has no attribute"),
        ("import keras\nkeras.layers.Dens", "AttributeError", "Did you mean 'Dense'?"),
        ("from keras.layers import Spam", "ImportError", "name 'Spam' from 'keras.layers'\n"),
        ("import keras.spam", "ModuleNotFoundError", "No module named 'keras.spam'\n"),
        ("from keras.spam import x", "ModuleNotFoundError", "No module named 'keras.spam'\n"),
        (
            "from keras.engine import training_arrays",
            "ImportError",
            "Keras 2.3.1 has it, and Cornu has not. Call `model.fit` or `train_on_batch`",
        ),
        (
            "from tensorflow.python.framework import ops",
            "ModuleNotFoundError",
            "TensorFlow has it, and Cornu has not. Import the name from `tensorflow` itself.",
        ),
        (
            "import tensorflow as tf\ntf.estimator",
            "AttributeError",
            "TensorFlow has it, and Cornu has not. Use a `keras.Model`",
        ),
        ("import tensorflow as tf\ntf.nn.rel", "AttributeError", "Did you mean 'relu'"),
        ("import tensorflow as tf\ntf.qqq", "AttributeError", "has no attribute 'qqq'\n"),
        (
            "import keras\nkeras.ops",
            "AttributeError",
            "it is of Keras 3, and this is keras2; --dialect can say another.",
        ),
    ],
)
def test_a_name_that_is_not_there(tmp_path, text, error, said):
    done = run("--dialect", "keras2", script(tmp_path, text), folder=tmp_path)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1] + "\n"
    assert last.startswith(f"{error}: ")
    assert said in last
    assert "runner" not in done.stderr.replace(str(tmp_path), "")


def test_the_report_comes_before_anything_runs(tmp_path):
    script(tmp_path, "\nfrom keras import layers\nlayers.Spam\n", "package/part.py")
    script(tmp_path, "", "package/__init__.py")
    text = """
        print("it runs")
        import keras
        import package.part
        from keras.layers import Dense, multi
        try:
            from keras.nothing import x
        except ImportError:
            pass
        def f(layers):
            return layers.Nothing
        keras.layers.Dense.build, keras.engine.training_arrays
    """
    done = run("--report", script(tmp_path, text), folder=tmp_path)
    report, _, after = done.stdout.partition("it runs")
    assert report.splitlines()[0] == "dialect: keras2 (Keras 2.3.1)"
    assert after == "\n"
    assert "keras.layers  cornu.compat.keras2.layers" in report
    lacks = report.partition("missing:")[2]
    part = tmp_path / "package" / "part.py"
    for line in (
        f"{part}:3: keras.layers.Spam",
        f"{tmp_path / 'script.py'}:5: keras.layers.multi",
        f"{tmp_path / 'script.py'}:12: keras.engine.training_arrays: Keras 2.3.1 has it",
    ):
        assert line in lacks
    assert lacks.count("(the script goes on without it)") == lacks.count("keras.nothing") == 2
    assert "Nothing" not in lacks
    assert "build" not in lacks


# The lists of what there is.


@pytest.mark.parametrize(
    ("library", "there", "not_there"),
    [
        ("keras2", "keras.layers.core.Dense keras.utils.multi_gpu_model", "keras.ops keras.x.y"),
        ("tfkeras", "keras.layers.MultiHeadAttention keras.backend.dot", "keras.ops"),
        ("keras3", "keras.ops.add keras.random.normal", "keras.layers.CuDNNLSTM"),
        (
            "tensorflow",
            "tensorflow.nn.relu tensorflow.data.Dataset.map tensorflow.compat.v1.Session",
            "tensorflow.Session tensorflow.nn.spam",
        ),
    ],
)
def test_the_lists_say_what_the_libraries_have(library, there, not_there):
    assert library in LIBRARIES
    assert len(names(library)) > 50
    assert [path for path in there.split() if not has(library, path)] == []
    assert [path for path in not_there.split() if has(library, path)] == []


class Shell:
    """What `%load_ext` hands over, as far as it is asked."""

    def __init__(self):
        self.magics, self.hooks = {}, {}
        self.events = self

    def register(self, event, function):
        self.hooks[event] = function

    def register_magic_function(self, function, kind, name):
        self.magics[name] = function


NOTEBOOK = """
    from types import SimpleNamespace as Info
    from test_runner import Shell
    import cornu
    shell = Shell()
    cornu.load_ipython_extension(shell)
    for cell in ("x = 1", "from keras import ops", "import keras.layers.core"):
        shell.hooks["pre_run_cell"](Info(raw_cell=cell))
        try:
            exec(cell)
        except ImportError as error:
            print(error)
    import keras
    print(keras.__name__)
    shell.magics["cornu"]("keras2")
    import keras
    print(keras.__name__)
"""


def test_a_notebook_is_of_the_dialect_that_its_first_import_says(tmp_path):
    path = script(tmp_path, f"import sys\nsys.path.append({os.path.dirname(__file__)!r})")
    (tmp_path / path).write_text((tmp_path / path).read_text() + textwrap.dedent(NOTEBOOK))
    done = run(path, folder=tmp_path, with_cornu=False)
    assert done.stdout.splitlines()[-2:] == ["cornu", "cornu_keras.compat.keras2"], done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="The time of a child is not told there.")
def test_the_start_takes_little_time(tmp_path):
    import resource

    def seconds(*words):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *words], cwd=tmp_path, check=True, timeout=60)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    name = script(tmp_path, "import cornu\n" * 100)
    plain = min(seconds(name) for _ in range(5))
    assert min(seconds("-m", "cornu", name) for _ in range(5)) - plain < 0.15


def test_cornu_alone_loads_nothing_of_this():
    code = "import sys, cornu; print([m for m in sys.modules if 'compat' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_the_backend_by_older_paths(tmp_path):
    name = script(
        tmp_path,
        """
        import keras.backend.tensorflow_backend as KTF
        from keras import backend as K
        from keras.backend.common import floatx
        from keras.backend.tensorflow_backend import _get_available_gpus, set_session
        from keras.preprocessing.sequence import _remove_long_seq
        print(KTF.square is K.square, floatx(), _get_available_gpus())
        print(K.tensorflow_backend is KTF, _remove_long_seq(3, [[1, 2], [1, 2, 3]], "ab"))
        """,
    )
    done = run(name, folder=tmp_path)
    assert done.stderr == ""
    assert done.stdout == "True float32 []\nTrue ([[1, 2]], ['a'])\n"


def test_workers_of_joblib_import_what_the_script_does(tmp_path):
    pytest.importorskip("sklearn", reason="the search is scikit-learn's")
    name = script(
        tmp_path,
        """
        import numpy as np
        from sklearn.model_selection import GridSearchCV
        from keras.wrappers.scikit_learn import KerasClassifier

        def build(units):
            from keras.layers import Dense
            from keras.models import Sequential
            model = Sequential([Dense(units, input_dim=3), Dense(1, activation="sigmoid")])
            model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
            return model

        x, y = np.random.rand(12, 3), np.array([0, 1] * 6)
        estimator = KerasClassifier(build_fn=build, epochs=1, verbose=0)
        search = GridSearchCV(estimator, {"units": [1, 2]}, n_jobs=2, cv=2, error_score="raise")
        print(search.fit(x, y).best_estimator_.model.metrics_names)
        """,
    )
    done = run(name, folder=tmp_path)
    assert done.stdout == "['loss', 'accuracy']\n", done.stderr
