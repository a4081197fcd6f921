"""Draws of a sitting: the same for ever, on every machine and in every version of every library.

    >>> [draw(seed=7, number=position, count=5) for position in range(6)]
    [2, 4, 1, 3, 4, 0]

A sitting stores its seed and not what was drawn with it, so that it can be resumed and audited years later. numpy keeps
the stream of a named bit generator, but says in NEP 19 that what its `Generator` makes of it may change.
"""

_64_BITS = (1 << 64) - 1


def draw(seed: int, number: int, count: int = 1 << 64) -> int:
    """Return a number from 0 up to, but without, `count`; each as likely as any other.

    It is the `number`-th value of SplitMix64, modulo `count`. Each draw has its own number, so that it can be repeated
    without those before it.

    Parameters
    ----------
    seed
        Of the sitting, 0 or above; taken modulo 2^64.
    number
        Which draw of this seed, from 0.
    count
        1 or above. A remainder is likelier than another by count / 2^64 at most: nothing, for numbers of items.

    References
    ----------
    Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators", figure 16.
    """
    mixed = (seed + (number + 1) * 0x9E3779B97F4A7C15) & _64_BITS
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _64_BITS
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _64_BITS
    return (mixed ^ (mixed >> 31)) % count


def stream(seed: int, use: int) -> int:
    """Return a seed for another use of the same sitting, whose draws have nothing to do with the sitting's own.

    use  a number above any that `draw` is asked for with `seed` itself, one for each use
    """
    return draw(seed, use)
