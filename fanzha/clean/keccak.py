"""Keccak-256 as Ethereum uses it: the submission of 2011 with padding 0x01, not the padding 0x06 of FIPS 202 SHA-3."""

from typing import Final

_MASK: Final = (1 << 64) - 1
_RATE_BYTES: Final = 136


def _round_constants() -> tuple[int, ...]:
    # the linear feedback shift register of the Keccak reference, section 1.2
    constants, state = [], 1
    for _ in range(24):
        word = 0
        for j in range(7):
            if state & 1:
                word |= 1 << ((1 << j) - 1)
            state = (state << 1) ^ (0x171 if state & 0x80 else 0)
        constants.append(word)
    return tuple(constants)


def _rotations() -> tuple[tuple[int, int], ...]:
    # rho and pi in one walk: each lane's rotation and the lane it moves to
    x, y, steps = 1, 0, []
    for t in range(24):
        nx, ny = y, (2 * x + 3 * y) % 5
        steps.append((nx + 5 * ny, ((t + 1) * (t + 2) // 2) % 64))
        x, y = nx, ny
    return tuple(steps)


_ROUNDS: Final = _round_constants()
_WALK: Final = _rotations()


def _permute(lanes: list[int]) -> None:
    for constant in _ROUNDS:
        column = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        for x in range(5):
            right = column[(x + 1) % 5]
            mixed = column[x - 1] ^ (((right << 1) | (right >> 63)) & _MASK)
            for y in range(0, 25, 5):
                lanes[x + y] ^= mixed
        carried = lanes[1]
        for target, turn in _WALK:
            kept = lanes[target]
            lanes[target] = ((carried << turn) | (carried >> (64 - turn))) & _MASK
            carried = kept
        for y in range(0, 25, 5):
            row = lanes[y : y + 5]
            for x in range(5):
                lanes[x + y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5] & _MASK)
        lanes[0] ^= constant


def keccak_256(message: bytes) -> bytes:
    """The 32-byte Keccak-256 digest of `message`."""
    padded = bytearray(message)
    padded.append(0x01)
    padded.extend(bytes(-len(padded) % _RATE_BYTES))
    padded[-1] |= 0x80
    lanes = [0] * 25
    for start in range(0, len(padded), _RATE_BYTES):
        for i in range(_RATE_BYTES // 8):
            lanes[i] ^= int.from_bytes(padded[start + 8 * i : start + 8 * i + 8], "little")
        _permute(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])
