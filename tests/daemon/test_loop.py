"""The loop: one reload after the other, and trouble in one ends nothing."""

import signal
import threading

from daemon.loop import Beat, Loop


def test_a_reload_that_is_asked_for_during_a_reload_comes_after_it() -> None:
    """Of two that overlapped the one with the older settings might have the last word."""
    seen: list[str] = []

    def reload() -> None:
        seen.append("begun")
        if len(seen) < 4:
            loop.reload(signal.SIGHUP, None)
            loop.reload(signal.SIGHUP, None)
        else:
            loop.stop()
        seen.append("done")

    loop = Loop(beats=(), on_reload=reload)
    loop.reload()
    assert loop.run()
    assert ["begun", "done"] * 3 == seen


def test_trouble_in_a_reload_does_not_end_the_loop() -> None:
    tries: list[int] = []

    def reload() -> None:
        tries.append(1)
        if len(tries) == 1:
            threading.Timer(0.05, loop.reload).start()
            raise RuntimeError("no such thing")
        loop.stop()

    loop = Loop(beats=(), on_reload=reload)
    loop.reload()
    assert loop.run()
    assert 2 == len(tries)


def test_work_that_may_be_left_undone_does_not_hold_up_the_end() -> None:
    """A silent server keeps a poll waiting; connections are ended in order all the same."""
    ended: list[str] = []
    release = threading.Event()
    poll = Beat(name="poll", seconds=60, work=release.wait, patience=0.0)
    loop = Loop(beats=[poll], on_end=lambda: ended.append("in order"))
    loop.stop()
    try:
        assert not loop.run()
        assert ["in order"] == ended
    finally:
        release.set()
