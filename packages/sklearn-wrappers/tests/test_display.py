"""What an estimator looks like in a notebook."""

from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cornu_sklearn import KerasClassifier

X, Y = load_iris(return_X_y=True)


def test_the_network_is_shown_inside():
    net = KerasClassifier(epochs=1, random_state=0, model__hidden=12)
    before = net._repr_html_()
    assert "KerasClassifier" in before
    assert "Dense" not in before
    for shown in (net, make_pipeline(StandardScaler(), net)):
        page = shown.fit(X, Y)._repr_html_()
        assert "KerasClassifier" in page
        assert page.index("Rescaling") < page.index("60 parameters") < page.index("softmax")


def test_the_text_names_what_was_set():
    assert (
        repr(KerasClassifier(epochs=3, model__hidden=5))
        == "KerasClassifier(epochs=3, model__hidden=5)"
    )
