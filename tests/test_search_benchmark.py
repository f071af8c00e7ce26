"""The benchmark of a grid search: the same work everywhere, and a section of the page."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest

from benchmarks import report, results, search


def test_24_settings_or_some_spread_over_them():
    assert len(search.settings(None)) == 24
    assert len(search.settings(4)) == 4
    assert all(one in search.settings(None) for one in search.settings(4))


@pytest.mark.parametrize("peer", ["cornu", "mlp"])
def test_a_peer_is_measured(peer, monkeypatch):
    monkeypatch.setattr(search, "EPOCHS", 5)
    row = search.measure(peer, 1)
    assert row["fits"] == 5
    assert row["fit_s"] > 0
    assert row["best"] > 0.6
    json.dumps(row)


def test_the_networks_are_of_one_size():
    ours, _ = search.estimator("cornu")
    theirs, _ = search.estimator("mlp")
    x = np.random.default_rng(0).normal(size=(64, 30))
    y = x[:, 0] > 0
    ours.set_params(model__units=(32, 16), epochs=1).fit(x, y)
    theirs.set_params(hidden_layer_sizes=(32, 16), max_iter=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs.fit(x, y)
    count = sum(part.size for part in (*theirs.coefs_, *theirs.intercepts_))
    assert ours.model_.count_params() == count


def test_the_page_shows_it_and_other_runs_keep_it():
    peers = {
        "cornu": {"fit_s": 0.02, "ratio": 1.0, "best": 0.98, "title": "Cornu"},
        "mlp": {"fit_s": 0.03, "ratio": 1.5, "best": 0.97, "title": "MLPClassifier"},
    }
    found = {"date": "today", "settings": 24, "folds": 5, "epochs": 20, "peers": peers}
    page = "\n".join(report.searches(found))
    assert "| MLPClassifier | 30.0 (1.50×) | 1.50 | 0.970 |" in page
    assert report.searches(None) == []
    run = {"machine": {}, "date": "", "command": "", "workloads": {}, "imports": {}}
    kept = results.merge({"workloads": {}, "imports": {}, "search": found}, run)
    assert kept["search"] == found
