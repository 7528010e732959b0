"""Answers that hold as long as a policy does, by all that was looked at to find them.

One policy is in force at a time. Whoever asks by another one begins anew, and so does whoever asks too many different
things; nothing that is kept is ever more than an answer that could be found again.
"""

from typing import Generic, TypeVar

from cases.policy import Policy

K = TypeVar("K")
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Up to `most` answers. For any thread."""

    def __init__(self, most: int = 1000) -> None:
        self._most = most
        # One reference, replaced as a whole; whoever reads it sees an old or a new one.
        self._latest: tuple[Policy, dict[K, V]] | None = None

    def of(self, policy: Policy) -> dict[K, V]:
        """Those of the policy, to be looked at and added to."""
        latest = self._latest
        if latest is None or latest[0] is not policy or len(latest[1]) >= self._most:
            latest = self._latest = policy, {}
        return latest[1]
