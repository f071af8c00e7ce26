"""What the site shows beside the pages in `docs`: the reference, the notebooks, the gallery."""
