"""Tests of the pure care routine."""
