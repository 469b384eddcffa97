"""Synthetic pictures of metal surfaces and what can be wrong with them.

Modules, in the order a picture is made: `texture` (the bare plate), `fittings`
(bolts, rivets, holes), `markings` (text, paint, seams), `defects`, `camera`
(light, night, noise); `scene` calls them. `draws` holds the random numbers,
`canvas` the pixels.

Only numpy and Pillow, and only arithmetic that gives the same bits on every
processor: sums, products, quotients and square roots. No sin, exp or normal
deviates: their last bit depends on the vector unit that computes them.
"""
