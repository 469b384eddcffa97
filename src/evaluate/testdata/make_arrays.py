"""Makes the arrays of this folder.

  python3 make_arrays.py        (needs numpy)
"""

import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent


def main():
    counting = np.arange(24).reshape(2, 3, 4)
    for kind in "f2 f4 f8 u1 i1 u2 i2 u4 i4 i8".split():
        np.save(HERE / f"{kind}.npy", counting.astype("<" + kind))
    np.save(HERE / "b1.npy", counting % 2 == 1)
    np.save(HERE / "fortran.npy", np.asfortranarray(counting.astype("<f4")))
    np.save(HERE / "scalar.npy", np.float32(2.5))
    np.save(HERE / "empty.npy", np.zeros((0, 3), np.float32))
    for version in (2, 3):
        with open(HERE / f"version{version}.npy", "wb") as file:
            np.lib.format.write_array(file, counting.astype("<f4"),
                                      version=(version, 0))
    np.save(HERE / "big_endian.npy", counting.astype(">f4"))
    np.save(HERE / "complex.npy", counting.astype("<c8"))
    np.save(HERE / "structured.npy", np.zeros(2, [("a", "<f4"), ("b", "<i4")]))
    np.save(HERE / "text.npy", np.array(["ab", "c"]))
    named = dict(first=counting.astype("<f4"), second=counting.astype("<i8"))
    np.savez(HERE / "stored.npz", **named)
    np.savez_compressed(HERE / "deflated.npz", **named)


if __name__ == "__main__":
    main()
