"""Designs: a release, the rules by which it is asked and judged, and the achievement it can lead to."""
