"""The Unicode bidirectional algorithm (UAX #9): which way every character of a paragraph runs.

HarfBuzz shapes one run of one direction at a time and needs the *levels* of the characters; no maintained
Python package gives them. This is the whole algorithm with isolates and bracket pairs, checked by all cases
of the Unicode Consortium's BidiCharacterTest.

    >>> levels("abc \u0627\u0628", base=0)
    [0, 0, 0, 0, 1, 1]
    >>> visual_order([0, 0, 1, 1])
    [0, 1, 3, 2]
"""

import unicodedata
from collections.abc import Iterable, Sequence

from fontTools.unicodedata import mirrored as mirror_image

REMOVED = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "BN"})
ISOLATE_STARTERS = frozenset({"LRI", "RLI", "FSI"})
MAX_DEPTH = 125  # BD2
MAX_OPEN_BRACKETS = 63  # BD16

_NEEDS_WORK = frozenset({"R", "AL", "AN", "LRE", "RLE", "LRO", "RLO", "LRI", "RLI", "FSI"})
_NEUTRAL = frozenset({"B", "S", "WS", "ON", "LRI", "RLI", "FSI", "PDI"})
_WHITESPACE = frozenset({"WS", "LRI", "RLI", "FSI", "PDI"}) | REMOVED


def first_strong_level(text: str) -> int:
    """Return 1 when the first strong character outside isolates is right to left, else 0 (P2, P3)."""
    return _first_strong([unicodedata.bidirectional(character) for character in text], 0)


def levels(text: str, base: int | None = None) -> list[int]:
    """Return the embedding level of every character: even runs left to right, odd right to left.

    `text` is one paragraph. `base` is the paragraph level, 0 or 1; None takes it from the first strong
    character. Rule L1 is applied as if the paragraph were one line; a caller who breaks lines applies
    `reset_line_end` to each. Controls that X9 removes take the level of the character before them.
    """
    classes = [unicodedata.bidirectional(character) or "L" for character in text]
    paragraph = _first_strong(classes, 0) if base is None else base
    if paragraph == 0 and _NEEDS_WORK.isdisjoint(classes):
        return [0] * len(text)
    pairs = _isolate_pairs(classes)
    result, working = _explicit_levels(classes, paragraph)
    kept = [i for i, kind in enumerate(classes) if kind not in REMOVED]
    before_implicit = list(result)
    for sequence in _run_sequences(kept, classes, result, pairs):
        _resolve_sequence(text, sequence, working, before_implicit, result, paragraph, classes, pairs)
    for i, kind in enumerate(classes):
        if kind in REMOVED:
            result[i] = result[i - 1] if i else paragraph
    return reset_line_end(text, result, paragraph)


def reset_line_end(text: str, line_levels: Sequence[int], base: int) -> list[int]:
    """Apply rule L1 to one line: separators and the white space before them take the paragraph level."""
    result = list(line_levels)
    trailing = True
    for i in range(len(text) - 1, -1, -1):
        kind = unicodedata.bidirectional(text[i]) or "L"
        if kind in ("B", "S"):
            trailing = True
            result[i] = base
        elif kind not in _WHITESPACE:
            trailing = False
        elif trailing:
            result[i] = base
    return result


def visual_order(line_levels: Sequence[int]) -> list[int]:
    """Return the indices of one line from left to right (rule L2). Works on characters and on runs."""
    order = list(range(len(line_levels)))
    odd = [level for level in line_levels if level % 2]
    if not odd:
        return order
    for level in range(max(line_levels), min(odd) - 1, -1):
        start = 0
        while start < len(order):
            if line_levels[order[start]] < level:
                start += 1
                continue
            end = start
            while end < len(order) and line_levels[order[end]] >= level:
                end += 1
            order[start:end] = order[start:end][::-1]
            start = end
    return order


def _first_strong(classes: Sequence[str], start: int, *, stop_at_pdi: bool = False) -> int:
    """Rules P2 and P3: skip isolates; `stop_at_pdi` looks only inside the isolate begun before `start`."""
    depth = 0
    for kind in classes[start:]:
        if kind in ISOLATE_STARTERS:
            depth += 1
        elif kind == "PDI":
            if depth == 0 and stop_at_pdi:
                break
            depth = max(0, depth - 1)
        elif depth == 0 and kind in ("L", "R", "AL"):
            return int(kind != "L")
    return 0


def _isolate_pairs(classes: Sequence[str]) -> dict[int, int]:
    """BD9: matching isolate initiators and PDIs, in both directions."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for i, kind in enumerate(classes):
        if kind in ISOLATE_STARTERS:
            opened.append(i)
        elif kind == "PDI" and opened:
            start = opened.pop()
            pairs[start], pairs[i] = i, start
    return pairs


def _explicit_levels(classes: Sequence[str], paragraph: int) -> tuple[list[int], list[str]]:
    """Rules X1 to X8: levels from embeddings and isolates, and the classes after overrides."""
    result = [paragraph] * len(classes)
    working = list(classes)
    stack: list[tuple[int, str, bool]] = [(paragraph, "", False)]  # level, override, isolate
    lost_isolates = lost_embeddings = valid_isolates = 0
    for i, kind in enumerate(classes):
        level, override, _ = stack[-1]
        result[i] = level
        if kind in ("RLE", "LRE", "RLO", "LRO"):  # X2 to X5
            new = _next_level(level, rtl=kind[0] == "R")
            if new <= MAX_DEPTH and not lost_isolates and not lost_embeddings:
                stack.append((new, kind[0] if kind[2] == "O" else "", False))
            elif not lost_isolates:
                lost_embeddings += 1
        elif kind in ISOLATE_STARTERS:  # X5a to X5c
            working[i] = override or kind
            rtl = kind == "RLI" or (kind == "FSI" and _first_strong(classes, i + 1, stop_at_pdi=True) == 1)
            new = _next_level(level, rtl=rtl)
            if new <= MAX_DEPTH and not lost_isolates and not lost_embeddings:
                valid_isolates += 1
                stack.append((new, "", True))
            else:
                lost_isolates += 1
        elif kind == "PDI":  # X6a
            if lost_isolates:
                lost_isolates -= 1
            elif valid_isolates:
                lost_embeddings = 0
                while not stack[-1][2]:
                    stack.pop()
                stack.pop()
                valid_isolates -= 1
            result[i] = stack[-1][0]
            working[i] = stack[-1][1] or kind
        elif kind == "PDF":  # X7
            if lost_isolates:
                pass
            elif lost_embeddings:
                lost_embeddings -= 1
            elif not stack[-1][2] and len(stack) > 1:
                stack.pop()
        elif kind == "B":  # X8
            result[i] = paragraph
        elif kind != "BN":  # X6
            working[i] = override or kind
    return result, working


def _next_level(level: int, *, rtl: bool) -> int:
    return (level + 1) | 1 if rtl else (level + 2) & ~1


def _run_sequences(
    kept: Sequence[int], classes: Sequence[str], result: Sequence[int], pairs: dict[int, int]
) -> Iterable[list[int]]:
    """X10, BD13: level runs joined over the isolates between them, each as a list of indices."""
    runs: list[list[int]] = []
    for i in kept:
        if runs and result[runs[-1][-1]] == result[i]:
            runs[-1].append(i)
        else:
            runs.append([i])
    by_first = {run[0]: run for run in runs}
    for run in runs:
        if classes[run[0]] == "PDI" and run[0] in pairs:
            continue  # continues the sequence of its initiator
        sequence = list(run)
        while classes[sequence[-1]] in ISOLATE_STARTERS and sequence[-1] in pairs:
            sequence += by_first[pairs[sequence[-1]]]
        yield sequence


def _resolve_sequence(
    text: str,
    sequence: Sequence[int],
    working: list[str],
    explicit: Sequence[int],
    result: list[int],
    paragraph: int,
    classes: Sequence[str],
    pairs: dict[int, int],
) -> None:
    """X10, W1 to W7, N0 to N2, I1 and I2 for one isolating run sequence.

    `explicit` holds the levels before any implicit rule: the borders of later sequences need those.
    """
    level = explicit[sequence[0]]
    before = next((i for i in range(sequence[0] - 1, -1, -1) if classes[i] not in REMOVED), None)
    last = sequence[-1]
    after = next((i for i in range(last + 1, len(text)) if classes[i] not in REMOVED), None)
    if classes[last] in ISOLATE_STARTERS and last not in pairs:
        after = None
    sos = "LR"[max(level, paragraph if before is None else explicit[before]) % 2]
    eos = "LR"[max(level, paragraph if after is None else explicit[after]) % 2]

    kinds = [working[i] for i in sequence]
    _resolve_weak(kinds, sos)
    _resolve_brackets(text, sequence, kinds, working, classes, level, sos)
    _resolve_neutral(kinds, level, sos, eos)
    for i, kind in zip(sequence, kinds, strict=True):
        if level % 2:
            result[i] = level + (kind != "R")  # I2
        else:
            result[i] = level + {"L": 0, "R": 1}.get(kind, 2)  # I1


def _resolve_weak(kinds: list[str], sos: str) -> None:
    """Rules W1 to W7."""
    previous = sos
    for i, kind in enumerate(kinds):  # W1
        if kind == "NSM":
            kinds[i] = "ON" if previous in ISOLATE_STARTERS or previous == "PDI" else previous
        previous = kinds[i]
    strong = sos
    for i, kind in enumerate(kinds):  # W2, W3
        if kind in ("L", "R", "AL"):
            strong = kind
        elif kind == "EN" and strong == "AL":
            kinds[i] = "AN"
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]
    for i in range(1, len(kinds) - 1):  # W4
        around = kinds[i - 1]
        if around == kinds[i + 1] and (
            (kinds[i] == "ES" and around == "EN") or (kinds[i] == "CS" and around in ("EN", "AN"))
        ):
            kinds[i] = around
    for i, kind in enumerate(kinds):  # W5
        if kind == "EN":
            for step in (-1, 1):
                j = i + step
                while 0 <= j < len(kinds) and kinds[j] == "ET":
                    kinds[j] = "EN"
                    j += step
    strong = sos
    for i, kind in enumerate(kinds):  # W6, W7
        if kind in ("ES", "ET", "CS"):
            kinds[i] = "ON"
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[i] = "L"


def _resolve_brackets(
    text: str,
    sequence: Sequence[int],
    kinds: list[str],
    working: Sequence[str],
    classes: Sequence[str],
    level: int,
    sos: str,
) -> None:
    """Rule N0: a pair of brackets takes the direction of what it encloses."""
    embedding = "LR"[level % 2]
    for opening, closing in _bracket_pairs(text, sequence, kinds):
        inside = {_strong(kind) for kind in kinds[opening + 1 : closing]} - {""}
        if embedding in inside:
            direction = embedding
        elif inside:
            context = next((s for k in kinds[opening - 1 :: -1] if (s := _strong(k))), sos) if opening else sos
            direction = context if context != embedding else embedding
        else:
            continue
        for position in (opening, closing):
            kinds[position] = direction
            following = position + 1
            while following < len(kinds) and classes[sequence[following]] == "NSM":
                if working[sequence[following]] != "NSM":
                    break  # an override had already given it a direction
                kinds[following] = direction
                following += 1


def _bracket_pairs(text: str, sequence: Sequence[int], kinds: Sequence[str]) -> list[tuple[int, int]]:
    """BD16: bracket pairs as positions in the sequence, in order of their opening."""
    opened: list[tuple[str, int]] = []
    found: list[tuple[int, int]] = []
    for position, i in enumerate(sequence):
        if kinds[position] != "ON":
            continue
        partner, opens = _bracket(text[i])
        if not partner:
            continue
        if opens:
            if len(opened) == MAX_OPEN_BRACKETS:
                return []
            opened.append((partner, position))
            continue
        closing = _canonical(text[i])
        for back in range(len(opened) - 1, -1, -1):
            if opened[back][0] == closing:
                found.append((opened[back][1], position))
                del opened[back:]
                break
    return sorted(found)


def _bracket(character: str) -> tuple[str, bool]:
    """The closing partner of a bracket and whether it opens; an empty partner for anything else.

    BidiBrackets.txt derives its list so: Ps and Pe that are mirror images of each other.
    """
    category = unicodedata.category(character)
    if category not in ("Ps", "Pe"):
        return "", False
    image = mirror_image(ord(character))
    if image is None or unicodedata.category(chr(image)) != {"Ps": "Pe", "Pe": "Ps"}[category]:
        return "", False
    return _canonical(chr(image)) if category == "Ps" else _canonical(character), category == "Ps"


def _canonical(character: str) -> str:
    """U+2329 and U+232A are canonically U+3008 and U+3009, and pair with them."""
    return unicodedata.normalize("NFC", character)


def _strong(kind: str) -> str:
    return "R" if kind in ("R", "EN", "AN") else "L" if kind == "L" else ""


def _resolve_neutral(kinds: list[str], level: int, sos: str, eos: str) -> None:
    """Rules N1 and N2: neutrals between equal directions join them, others follow the embedding."""
    i = 0
    while i < len(kinds):
        if kinds[i] not in _NEUTRAL:
            i += 1
            continue
        end = i
        while end < len(kinds) and kinds[end] in _NEUTRAL:
            end += 1
        left = _strong(kinds[i - 1]) if i else sos
        right = _strong(kinds[end]) if end < len(kinds) else eos
        kinds[i:end] = [left if left == right else "LR"[level % 2]] * (end - i)
        i = end
