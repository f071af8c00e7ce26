"""The benchmark of a grid search: the same work everywhere, and a section of the page."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest

from benchmarks import report, results, search


def test_the_parts_are_the_24_settings_each_once():
    whole = search.settings()
    dealt = [one for part in range(6) for one in search.settings(part, 6)]
    assert len(whole) == len(dealt) == 24
    assert all(one in dealt for one in whole)


@pytest.mark.parametrize("peer", ["cornu", "mlp"])
def test_a_peer_is_measured(peer, monkeypatch):
    monkeypatch.setattr(search, "EPOCHS", 5)
    row = search.measure(peer, 0, 24)
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


def test_parts_are_weighed_by_their_fits_and_compared_in_pairs():
    def row(fits, fit_s, score):
        return {"fits": fits, "fit_s": fit_s, "best": score, "mean": score}

    taken = {"cornu": [row(2, 1.0, 0.5), row(1, 4.0, 0.8)], "mlp": [row(2, 3.0, 1.0)]}
    found = search.combine(taken)
    assert (found["cornu"]["fit_s"], found["cornu"]["ratio"]) == (2.0, 1.0)
    assert found["cornu"]["best"] == 0.8
    assert found["cornu"]["mean"] == pytest.approx(0.6)
    assert found["mlp"]["ratio"] == 3.0


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
