"""The scripts that make the timing networks and say how peers are timed.

They stand beside the checkout, with the study that they come from, and are
imported from there rather than written again.
"""
import sys

from . import places

sys.path.insert(0, str(places.timing_scripts()))

import make_models  # noqa: E402
import peers  # noqa: E402

__all__ = ['make_models', 'peers']
