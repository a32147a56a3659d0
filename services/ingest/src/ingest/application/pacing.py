"""How fast AWS is asked: a token bucket for each account and Region, slower when AWS throttles."""

import asyncio
from dataclasses import dataclass
from typing import Final

_SLOWER: Final = 0.5
_FASTER: Final = 1.05
_SLOWEST: Final = 0.2
_BURST_SECONDS: Final = 2.0


@dataclass(slots=True)
class _Bucket:
    rate: float
    tokens: float
    filled_at: float


class AdaptivePace:
    """At most `rate` calls a second for each key, in bursts of two seconds' worth.

    Throttling halves the rate of its key; every answered call raises it by a twentieth, up to `rate`.
    """

    def __init__(self, rate: float) -> None:
        self._rate: Final = rate
        self._buckets: dict[str, _Bucket] = {}

    async def wait(self, key: str) -> None:
        """Returns when the next call may be made."""
        now = asyncio.get_running_loop().time()
        bucket = self._buckets.setdefault(key, _Bucket(self._rate, self._rate * _BURST_SECONDS, now))
        filled = bucket.tokens + (now - bucket.filled_at) * bucket.rate
        bucket.tokens = min(filled, bucket.rate * _BURST_SECONDS) - 1
        bucket.filled_at = now
        if bucket.tokens < 0:
            await asyncio.sleep(-bucket.tokens / bucket.rate)

    def answered(self, key: str) -> None:
        """A call was answered."""
        if key in self._buckets:
            bucket = self._buckets[key]
            bucket.rate = min(self._rate, bucket.rate * _FASTER)

    def throttled(self, key: str) -> None:
        """AWS asked for fewer calls."""
        if key in self._buckets:
            bucket = self._buckets[key]
            bucket.rate = max(_SLOWEST, bucket.rate * _SLOWER)
            bucket.tokens = min(bucket.tokens, 0.0)

    def get_rate(self, key: str) -> float:
        """Calls a second that a key may make now."""
        return self._buckets[key].rate if key in self._buckets else self._rate
