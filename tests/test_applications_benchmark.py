"""The benchmark of large models: who takes part, and a section of the page."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks import applications, report, results


@pytest.mark.parametrize("peer", ["cornu-numpy", "onnxruntime"])
def test_a_peer_is_measured(peer, monkeypatch):
    monkeypatch.setattr(applications, "SIDE", 32)
    row = applications.measure(peer, "MobileNetV2", budget=0.0)
    assert {name for name in row if name.endswith("_s")} == {
        "build_s", "first_1_s", "predict_1_s", "first_32_s", "predict_32_s",
    }  # fmt: skip
    assert 0 < row["predict_1_s"] < row["predict_32_s"]
    json.dumps(row)


@pytest.mark.parametrize("model", applications.MODELS)
def test_pytorch_has_as_many_numbers_to_train(model):
    pytest.importorskip("torch", reason="PyTorch is in the environment of the benchmarks only")
    import cornu
    from benchmarks.adapters import torch_applications

    ours = getattr(cornu.applications, model)(weights=None)
    count = sum(p.numel() for p in getattr(torch_applications, model)().parameters())
    assert count == sum(int(np.prod(w.shape)) for w in ours.trainable_weights)


def test_the_page_shows_it_and_other_runs_keep_it():
    rows = [{"predict_1_s": t, "predict_32_s": 1.0, "first_1_s": 2.0} for t in (0.03, 0.01, 0.02)]
    ours = applications.combine(rows)
    peers = {"cornu": ours, "torch": ours | {"predict_1_s": 0.05}}
    titles = {"cornu": "Cornu", "torch": "PyTorch"}
    found = {"date": "today", "titles": titles, "models": {"ResNet50": peers}}
    page = "\n".join(report.large_models(found))
    assert "| ResNet50, one image | 20.0 | 50.0 (2.50×) |" in page
    assert report.large_models(None) == []
    run = {"machine": {}, "date": "", "command": "", "workloads": {}, "imports": {}}
    kept = results.merge({"workloads": {}, "imports": {}, "applications": found}, run)
    assert kept["applications"] == found
