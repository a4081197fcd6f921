"""How fast the parts are, each beside the least that any program must do. ``python -m tests.benchmarks`` runs all."""
