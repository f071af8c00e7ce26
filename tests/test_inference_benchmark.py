"""The benchmark of models that predict: who takes part, and a section of the page."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks import inference, peers, report, results


@pytest.mark.parametrize(
    ("peer", "model"),
    [("cornu-numpy", "MobileNetV2"), ("onnxruntime", "MobileNetV2"), ("onnxruntime", "lstm")],
)
def test_a_peer_is_measured(peer, model, monkeypatch):
    monkeypatch.setattr(peers, "SIDE", 32)
    row = inference.measure(peer, model, budget=0.0)
    assert {name for name in row if name.endswith("_s")} == {
        "build_s", "first_one_s", "predict_one_s", "first_batch_s", "predict_batch_s",
    }  # fmt: skip
    assert 0 < row["predict_one_s"] < row["predict_batch_s"]
    json.dumps(row)


def test_the_exported_c_says_what_the_model_says():
    x = peers.inputs("tab", 2)
    model = peers._keras_style("cornu", "tab")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(peers, "_keras_style", lambda *_: model)
        exported = peers.PEERS["c"].make("tab")
    np.testing.assert_allclose(exported(x), model.predict(x, verbose=0)[-1], rtol=1e-5)


@pytest.mark.parametrize("model", peers.LARGE)
def test_pytorch_has_as_many_numbers_to_train(model):
    pytest.importorskip("torch", reason="PyTorch is in the environment of the benchmarks only")
    import cornu
    from benchmarks.adapters import torch_applications

    ours = getattr(cornu.applications, model)(weights=None)
    count = sum(p.numel() for p in getattr(torch_applications, model)().parameters())
    assert count == sum(int(np.prod(w.shape)) for w in ours.trainable_weights)


def test_the_page_shows_it_and_other_runs_keep_it():
    times = (0.03, 0.01, 0.02)
    ours = inference.combine([{"predict_one_s": t, "predict_batch_s": 1.0} for t in times])
    each = {"cornu": ours, "torch": ours | {"predict_one_s": 0.05}}
    titles = {"cornu": "Cornu", "torch": "PyTorch"}
    found = {"date": "today", "titles": titles, "models": {"ResNet50": each}}
    page = "\n".join(report.inference(found))
    assert "| `ResNet50` | 20.0 | 50.0 (2.50×) |" in page
    assert report.inference(None) == []
    run = {"machine": {}, "date": "", "command": "", "workloads": {}, "imports": {}}
    kept = results.merge({"workloads": {}, "imports": {}, "inference": found}, run)
    assert kept["inference"] == found
