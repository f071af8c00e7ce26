"""Which test holds which behaviour of ``features.jsonl``: a row for each that has one."""

TESTS: dict[str, str] = {}
