"""What stands here, each name with its home: editors read this, and so does the module."""

from cornu_preprocessing.datasets import boston_housing as boston_housing
from cornu_preprocessing.datasets import california_housing as california_housing
from cornu_preprocessing.datasets import cifar10 as cifar10
from cornu_preprocessing.datasets import cifar100 as cifar100
from cornu_preprocessing.datasets import fashion_mnist as fashion_mnist
from cornu_preprocessing.datasets import imdb as imdb
from cornu_preprocessing.datasets import mnist as mnist
from cornu_preprocessing.datasets import reuters as reuters
