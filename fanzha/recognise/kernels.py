"""Loops of the scorer over code points: plain Python for one short text, compiled for many (`fanzha.clean.compiled`).

`name_addresses`, `name_numbers` and `see` turn plain text into tokens on which one model for all sources can be trained: punctuation goes; numbers, links,
mail addresses and what stands for them in anonymised data (DIGIT, URL, xxx) become one token each; spaces stay between words of
alphabets only. `grams` names each n-gram by a hash: 1-4 signs of Chinese, Thai and Korean, 3-5 letters of a word, one word and
two words in a row. All is integer arithmetic: the same buckets on every machine.
"""

from typing import Any, Final

# Tokens for what has no letters of its own, below every printable code point.
SPACE, NUMBER, LONG_NUMBER, LINK, SHORT_LINK, MAIL, CURRENCY = 1, 2, 3, 4, 5, 6, 7
BUCKET_BITS: Final = 20
KIND_BITS: Final = 16  # of a bucket, for what tells kinds of scam apart: there are nineteen of them
GRAMS_MAX: Final = 7  # n-grams that end at one token, at most

HOST_MAX: Final = 64  # characters of a host name that are looked at
WHOLE_MAX, BLOCK = 300, 120  # letters of a text that is scored as a whole; letters in a block of a longer one

NAME_RUNS: Final = "void(uint32[::1], int64[::1], int8[::1])"
SEE: Final = "void(uint32[::1], int64[::1], int8[::1], int32[::1], int32[::1], int64[::1])"
GRAMS: Final = "void(int32[::1], int64[::1], int32[::1], int32[::1], int32[::1], int64[::1])"
BLOCKS: Final = "void(int32[::1], int64[::1], int32[::1], int64[::1], int64[::1])"
POOL: Final = "void(int16[::1], int32[::1], int32[::1], int64[::1], int32[::1], int64[::1], int64[::1], float64[::1])"
WEIGH: Final = "void(int32[::1], int64[::1], float64[::1], int32[:, ::1], float64[::1], float64[::1])"


def name_addresses(codes: Any, starts: Any, kind: Any) -> None:
    """Mark in `kind`, all zero, the links and mail addresses of each text: at the first character the token, at the rest -1."""
    for text in range(len(starts) - 1):
        i, end = starts[text], starts[text + 1]
        while i < end:
            c = codes[i]
            if not (97 <= c <= 122 or 48 <= c <= 57):
                i += 1
                continue
            # what the run of printable ASCII is as a whole
            stop, dots, slashes, mail, host, known = i, 0, 0, 0, 0, 0
            while stop < end and 33 <= codes[stop] <= 126:
                d = codes[stop]
                if not slashes and (stop - i > HOST_MAX or not (45 <= d <= 58 or 64 <= d <= 122)):
                    break  # no host looks so: the rest is looked at when its turn comes
                mail |= d == 64
                slashes += d == 47
                if d == 47 and dots and not host:
                    host = stop - i
                if d == 46 and slashes in (0, 2) and stop + 2 < end:
                    after, later = codes[stop + 1], codes[stop + 2]
                    dots += 97 <= after <= 122 and 97 <= later <= 122 and stop > i
                    known |= (
                        (after == 99 and later == 111)
                        or (after == 110 and later == 101)
                        or (after == 111 and later == 114)
                    )
                stop += 1
            scheme = slashes >= 2 and c == 104 and stop - i > 7 and codes[i + 1] == 116 and codes[i + 2] == 116
            token = 0
            if mail and dots and not scheme:
                token = MAIL
            elif scheme or (dots and (slashes or known)):  # known: .co... .ne... .or...
                token = SHORT_LINK if host and host <= (19 if scheme else 11) and codes[i + 2] != 119 else LINK
            j = i
            while not token and j < stop and (97 <= codes[j] <= 122 or 48 <= codes[j] <= 57):
                j += 1  # else the word it begins with
            if token:
                j = stop
                kind[i] = token
                for k in range(i + 1, j):
                    kind[k] = -1
            i = j if j > i else i + 1


def name_numbers(codes: Any, starts: Any, kind: Any) -> None:
    """Mark what is left of each text after `name_addresses`: numbers, and what stands for numbers, links and names in anonymised data."""
    for text in range(len(starts) - 1):
        start, end = starts[text], starts[text + 1]
        dense = False
        for i in range(start, end):
            if 0x0E00 <= codes[i] < 0x0E80 or 0x3040 <= codes[i] < 0xFB00:
                dense = True
                break
        i = start
        while i < end:
            if kind[i] != 0 or not (97 <= codes[i] <= 122 or 48 <= codes[i] <= 57):
                i += 1
                continue
            token, j = 0, i
            while j < end and kind[j] == 0 and (97 <= codes[j] <= 122 or 48 <= codes[j] <= 57):
                j += 1
            if j - i <= 9:
                shape, digits, unknown = 0, 0, 0
                for k in range(i, j):
                    shape = (shape * 31 + codes[k]) & 0xFFFFFFFF
                    digits += codes[k] <= 57
                    unknown += codes[k] == 120
                if shape == 116079:  # url
                    token = LINK
                elif shape == 95582509:  # digit
                    token = NUMBER
                elif dense and (shape == 106642798 or shape == 1645560140):  # phone, cellphone
                    token = LONG_NUMBER
                elif dense and (shape == 3373707 or shape == 106748167):
                    token = -1  # name, place: who and where is nothing to learn from
                elif digits * 2 >= j - i or (unknown + digits == j - i and (dense or unknown > 1)):
                    token = NUMBER
            elif codes[i] <= 57 and codes[i + 1] <= 57 and codes[i + 2] <= 57:
                token = NUMBER
            if token == NUMBER:  # separators between digits: 5,000.00  1-800-555
                while j < end and kind[j] == 0:
                    after = codes[j + 1] if j + 1 < end else 0
                    goes_on = 48 <= after <= 57 or (dense and after == 120)
                    joined = goes_on and (44 <= codes[j] <= 47 or codes[j] == 58)
                    if not (48 <= codes[j] <= 57 or joined or (dense and codes[j] == 120)):
                        break
                    j += 1
                token = LONG_NUMBER if j - i >= 9 else NUMBER
            if token:
                kind[i] = token
                for k in range(i + 1, j):
                    kind[k] = -1
            i = j


def see(codes: Any, starts: Any, kind: Any, tokens: Any, places: Any, token_starts: Any) -> None:
    """Write the tokens of all texts, the place of each in its text, and where the tokens of each text start.

    A text of n characters gives at most n tokens.
    """
    filled = 0
    for text in range(len(starts) - 1):
        first, start = filled, starts[text]
        for i in range(start, starts[text + 1]):
            c = codes[i]
            token = SPACE
            if kind[i] > 0:
                token = kind[i]
            elif kind[i] < 0 or c == 39:
                continue
            elif 97 <= c <= 122 or 48 <= c <= 57 or 0x0E00 <= c < 0x0E80 or 0x3040 <= c < 0xFB00:
                token = c
            elif c == 36 or 0xA2 <= c <= 0xA5 or c == 0xE3F or 0x20A0 <= c <= 0x20CF:
                token = CURRENCY
            elif (0xC0 <= c < 0x2000 and c != 0xD7 and c != 0xF7) or 0xFB00 <= c < 0xFE00:
                token = c
            wide = token >= 0x0E00
            if filled > first and tokens[filled - 1] == SPACE and (wide or token == SPACE):
                filled -= 1
            if token == SPACE and (filled == first or tokens[filled - 1] >= 0x0E00):
                continue
            tokens[filled] = token
            places[filled] = i - start
            filled += 1
        token_starts[text + 1] = filled


def grams(tokens: Any, starts: Any, buckets: Any, lasts: Any, lengths: Any, gram_starts: Any) -> None:
    """Write the bucket of each n-gram of all texts, the token it ends at, its length in tokens, and where those of each text start."""
    shift, filled = 32 - BUCKET_BITS, 0
    for text in range(len(starts) - 1):
        start, end = starts[text], starts[text + 1]
        word, before, word_start, before_start = 0, 0, start, start
        for i in range(start, end):
            c = tokens[i]
            wide = c >= 0x0E00 or 1 < c <= 7
            if c == SPACE:
                if i > word_start:
                    before, before_start = word, word_start
                word, word_start = 0, i + 1
                continue
            # signs before this one: of a dense script up to three, of a word up to five with the space it begins at
            reach, least = (4, 1) if wide else (5, 3)
            h = 0
            for n in range(1, reach + 1):
                k = i - n + 1
                if k < start or (tokens[k] == SPACE and (wide or n < least)):
                    break
                h = ((h ^ tokens[k]) * 0x01000193 + n) & 0xFFFFFFFF
                if n >= least:
                    buckets[filled] = ((h * 0x9E3779B1) & 0xFFFFFFFF) >> shift
                    lasts[filled], lengths[filled] = i, n
                    filled += 1
                if tokens[k] == SPACE:
                    break
            if wide and c > 7:
                word, word_start = 0, i + 1
                continue
            word = ((word ^ c) * 0x01000193 + 77) & 0xFFFFFFFF
            if i + 1 < end and 7 < tokens[i + 1] < 0x0E00 and c > 7:
                continue
            # a word ends here: alone, and with the one before it
            buckets[filled] = ((word * 0x85EBCA6B) & 0xFFFFFFFF) >> shift
            lasts[filled], lengths[filled] = i, i + 1 - word_start
            filled += 1
            if before and before_start < word_start:
                h = ((before * 31 ^ word) * 0xC2B2AE35) & 0xFFFFFFFF
                buckets[filled] = h >> shift
                lasts[filled], lengths[filled] = i, i + 1 - before_start
                filled += 1
        gram_starts[text + 1] = filled


def blocks(tokens: Any, starts: Any, block: Any, counts: Any, kinds: Any) -> None:
    """Cut each text into blocks of equal length: the number of each token's block, how many blocks a text has.

    `kinds` gets a bit for each kind of token other than a letter that a text has. One sign of a dense script is as long as three
    letters. A short message is one block.
    """
    for text in range(len(starts) - 1):
        size, kind = 0, 0
        for i in range(starts[text], starts[text + 1]):
            size += 3 if tokens[i] >= 0x0E00 else 1
            if tokens[i] <= CURRENCY:
                kind |= 1 << tokens[i]
        many = 1 if size <= WHOLE_MAX else (size + BLOCK - 1) // BLOCK
        counts[text] = many
        kinds[text] = kind
        at = 0
        for i in range(starts[text], starts[text + 1]):
            block[i] = at * many // size
            at += 3 if tokens[i] >= 0x0E00 else 1


def pool(values: Any, picks: Any, lasts: Any, gram_starts: Any, block: Any, counts: Any, sums: Any, out: Any) -> None:
    """Two numbers a text: the highest and the mean score of its windows of two neighbouring blocks.

    A window's score is the sum of the values of its n-grams, `values[picks[k]]`, over the root of their number. `sums` has two cells a block of the text
    with most blocks; `out` two a text, the highest first.
    """
    for text in range(len(counts)):
        many = counts[text]
        if many == 1:  # most messages: nothing to divide
            whole, number = 0, gram_starts[text + 1] - gram_starts[text]
            for k in range(gram_starts[text], gram_starts[text + 1]):
                whole += values[picks[k]]
            out[2 * text] = out[2 * text + 1] = whole / number**0.5 if number else 0.0
            continue
        for k in range(2 * many):
            sums[k] = 0
        for k in range(gram_starts[text], gram_starts[text + 1]):
            b = 2 * block[lasts[k]]
            sums[b] += values[picks[k]]
            sums[b + 1] += 1
        best, total, seen = 0.0, 0.0, 0
        for k in range(many - 1):
            both = sums[2 * k] + sums[2 * k + 2]
            number = sums[2 * k + 1] + sums[2 * k + 3]
            score = both / number**0.5 if number else 0.0
            best = score if k == 0 or score > best else best
            total += score
            seen += 1
        out[2 * text] = best
        out[2 * text + 1] = total / seen


def weigh(concepts: Any, starts: Any, single: Any, pair_of: Any, pair: Any, out: Any) -> None:
    """Write to `out`, for each text, the weights of its concepts and of their pairs; `pair_of` is symmetric, -1 where none is learned."""
    for text in range(len(starts) - 1):
        total = 0.0
        for i in range(starts[text], starts[text + 1]):
            one = concepts[i]
            total += single[one]
            row = pair_of[one]
            for j in range(starts[text], i):
                at = row[concepts[j]]
                if at >= 0:
                    total += pair[at]
        out[text] = total
