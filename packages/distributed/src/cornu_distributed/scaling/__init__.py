"""What training on many processes costs, before there are many: `python -m cornu scaling`."""
