"""Tables and loaders of other libraries as data: the same numbers as arrays, whoever holds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cornu
from cornu import layers

RNG = np.random.default_rng(0)
ROWS = 40
COLUMNS = {
    "age": RNG.integers(18, 80, ROWS).astype("int64"),
    "income": RNG.normal(size=ROWS).astype("float64"),
    "member": RNG.integers(0, 2, ROWS).astype(bool),
}
TARGETS = {
    "spend": RNG.normal(size=ROWS).astype("float64"),
    "stay": RNG.integers(0, 2, ROWS).astype("int64"),
}


def polars_frame(columns: dict[str, np.ndarray]) -> Any:
    return pytest.importorskip("polars", reason="it makes the table").DataFrame(columns)


def arrow_table(columns: dict[str, np.ndarray]) -> Any:
    return pytest.importorskip("pyarrow", reason="it makes the table").table(columns)


def hugging_face(columns: dict[str, np.ndarray]) -> Any:
    return pytest.importorskip("datasets", reason="it makes the table").Dataset.from_dict(columns)


TABLES: dict[str, Callable[[dict[str, np.ndarray]], Any]] = {
    "pandas": pd.DataFrame,
    "pandas nullable": lambda columns: pd.DataFrame(columns).convert_dtypes(),
    "polars": polars_frame,
    "pyarrow": arrow_table,
    "datasets": hugging_face,
}
MAKES = pytest.mark.parametrize("make", TABLES.values(), ids=TABLES)


def named(several: bool = False) -> cornu.Model:
    """Return a model whose inputs are named after the columns, in another order."""
    cornu.set_seed(0)
    ends = [cornu.Input((1,), name=name) for name in ("member", "age", "income")]
    hidden = layers.Dense(4, activation="tanh")(layers.Concatenate()(ends))
    outputs = [layers.Dense(1, name="spend")(hidden)]
    losses: Any = "mse"
    if several:
        outputs.append(layers.Dense(1, activation="sigmoid", name="stay")(hidden))
        losses = {"spend": "mse", "stay": "binary_crossentropy"}
    model = cornu.Model(ends, outputs)
    model.compile("sgd", losses)
    return model


def trained(x: Any, y: Any, several: bool = False, **options: Any) -> list[np.ndarray]:
    model = named(several)
    model.fit(x, y, epochs=2, shuffle=False, verbose=0, **options)
    return model.get_weights()


def same(ours: list[np.ndarray], others: list[np.ndarray]) -> None:
    for one, other in zip(ours, others, strict=True):
        np.testing.assert_array_equal(one, other)


@MAKES
@pytest.mark.parametrize("options", [{}, {"validation_split": 0.25}], ids=["whole", "split"])
def test_columns_go_to_the_inputs_of_their_names(make: Any, options: dict[str, Any]) -> None:
    table = make({"row": np.arange(ROWS), **COLUMNS})  # what no input is named after is left aside
    same(trained(table, TARGETS["spend"], **options), trained(COLUMNS, TARGETS["spend"], **options))


@MAKES
def test_predict_evaluate_and_single_batches(make: Any) -> None:
    table, model = make(COLUMNS), named()
    expected = model.predict(COLUMNS, verbose=0)
    np.testing.assert_array_equal(model.predict(table, verbose=0), expected)
    np.testing.assert_array_equal(model.predict_on_batch(table), expected)
    y = TARGETS["spend"]
    assert model.evaluate(table, y, verbose=0) == model.evaluate(COLUMNS, y, verbose=0)
    assert model.test_on_batch(table, y) == model.test_on_batch(COLUMNS, y)


@MAKES
def test_columns_go_to_the_outputs_of_their_names(make: Any) -> None:
    table = trained(make(COLUMNS), make(TARGETS), several=True)
    same(table, trained(COLUMNS, TARGETS, several=True))


@MAKES
def test_batches_of_tables(make: Any) -> None:
    def batches(of: Any) -> Iterator[Any]:
        for start in range(0, ROWS, 10):
            part = {name: column[start : start + 10] for name, column in COLUMNS.items()}
            yield of(part), TARGETS["spend"][start : start + 10]

    same(trained(list(batches(make)), None), trained(list(batches(dict)), None))


@pytest.mark.parametrize("make", [pd.DataFrame, polars_frame, arrow_table])
def test_a_table_of_numbers_is_one_array_for_one_input(make: Any) -> None:
    model = cornu.Sequential([cornu.Input((3,), name="age"), layers.Dense(2)])
    numbers = {name: column.astype("float32") for name, column in COLUMNS.items()}
    expected = model.predict(np.stack(list(numbers.values()), axis=1), verbose=0)
    np.testing.assert_array_equal(model.predict(make(numbers), verbose=0), expected)


@pytest.mark.parametrize("make", [pd.Series, lambda y: polars_frame({"y": y})["y"]])
def test_a_column_as_targets(make: Any) -> None:
    same(trained(COLUMNS, make(TARGETS["spend"])), trained(COLUMNS, TARGETS["spend"]))


@MAKES
def test_text_in_a_column(make: Any) -> None:
    town = cornu.Input((1,), dtype="string", name="town")
    age = cornu.Input((1,), name="age")
    lookup = layers.StringLookup(vocabulary=["Bonn", "Rome"], output_mode="one_hot")
    model = cornu.Model([town, age], layers.Concatenate()([lookup(town), age]))
    columns = {"age": np.array([1.0, 2.0, 3.0]), "town": np.array(["Rome", "Oslo", "Bonn"])}
    table = make({"age": columns["age"], "town": columns["town"].tolist()})
    np.testing.assert_array_equal(
        model.predict(table, verbose=0), [[0, 0, 1, 1], [1, 0, 0, 2], [0, 1, 0, 3]]
    )


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="3 inputs"):
        named().predict(pd.DataFrame(COLUMNS).drop(columns="age"), verbose=0)


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_what_transformers_put_out(kind: str) -> None:
    pytest.importorskip(kind, reason="it makes the frames")
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from cornu.wrappers import KerasRegressor

    numbers = np.stack([c.astype("float32") for c in COLUMNS.values()], axis=1)
    frame = pd.DataFrame(numbers, columns=list(COLUMNS))
    pipelines = [
        make_pipeline(scaler, KerasRegressor(random_state=0, epochs=2))
        for scaler in (StandardScaler(), StandardScaler().set_output(transform=kind))
    ]
    plain, framed = (p.fit(frame, TARGETS["spend"]).predict(frame) for p in pipelines)
    np.testing.assert_allclose(framed, plain, rtol=1e-6)


class Tensor:
    """A tensor as PyTorch has it: an array by `__array__`, and by `numpy()`."""

    def __init__(self, array: np.ndarray) -> None:
        self._array = array
        self.shape, self.requires_grad = array.shape, False

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return self._array if dtype is None else self._array.astype(dtype)

    def numpy(self) -> np.ndarray:
        return self._array

    def __len__(self) -> int:
        return len(self._array)


class DataLoader:
    """A loader as PyTorch has it: lists of tensors, passed over anew in each epoch."""

    def __init__(self, *arrays: np.ndarray, batch_size: int) -> None:
        self.arrays, self.batch_size = arrays, batch_size

    def __len__(self) -> int:
        return -(-len(self.arrays[0]) // self.batch_size)

    def __iter__(self) -> Iterator[list[Tensor]]:
        for start in range(0, len(self.arrays[0]), self.batch_size):
            yield [Tensor(array[start : start + self.batch_size]) for array in self.arrays]


def test_a_loader_of_tensors() -> None:
    x = np.stack([c.astype("float32") for c in COLUMNS.values()], axis=1)
    y = TARGETS["stay"]
    weights = []
    for data, options in (((x, y), {"batch_size": 16}), ((DataLoader(x, y, batch_size=16),), {})):
        cornu.set_seed(0)
        model = cornu.Sequential([cornu.Input((3,)), layers.Dense(1, activation="sigmoid")])
        model.compile("sgd", "binary_crossentropy")
        model.fit(*data, epochs=2, shuffle=False, verbose=0, **options)
        weights.append(model.get_weights())
    same(*weights)


def test_batches_of_a_data_set_of_hugging_face() -> None:
    """`iter` gives dicts of lists or arrays: a generator says which of them are the targets."""
    table = hugging_face({**COLUMNS, "spend": TARGETS["spend"]}).with_format("numpy")

    class Batches:
        def __iter__(self) -> Iterator[Any]:
            for batch in table.iter(batch_size=10):
                yield batch, batch.pop("spend")

    def arrays() -> Iterator[Any]:
        for start in range(0, ROWS, 10):
            part = {name: column[start : start + 10] for name, column in COLUMNS.items()}
            yield part, TARGETS["spend"][start : start + 10]

    same(trained(Batches(), None), trained(list(arrays()), None))


class Samples:
    """Samples by number, as a data set of PyTorch has them."""

    def __len__(self) -> int:
        return ROWS

    def __getitem__(self, row: int) -> Any:
        return np.ones(3, "float32"), 1


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (Samples(), r"DataLoader\(x, batch_size=32\)"),
        ([(np.ones(3, "float32"), np.int64(1))], r"\.batch\(32\)"),
    ],
    ids=["by number", "one by one"],
)
def test_single_samples_are_to_be_made_batches(data: Any, advice: str) -> None:
    model = cornu.Sequential([cornu.Input((3,)), layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    with pytest.raises(ValueError, match=advice):
        model.fit(data, verbose=0)
