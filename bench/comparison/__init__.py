"""The parts of bench/compare: octet and its peers timed side by side."""
