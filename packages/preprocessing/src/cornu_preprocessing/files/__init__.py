"""Files from the network: downloaded once, checked, kept, and unpacked in their own folder.

>>> from cornu.utils import get_file
"""

from cornu_preprocessing.files.cache import get_file
from cornu_preprocessing.files.download import DownloadError

__all__ = ["DownloadError", "get_file"]
