"""A thread that works off a backlog must not keep the others from writing."""

import threading
from collections import Counter

from store.desk import Store
from store.turns import Turns


def test_turns_are_taken_in_the_order_of_asking() -> None:
    turns, order, ready = Turns(), list[int](), threading.Barrier(2)

    def ask(number: int) -> None:
        ready.wait()
        with turns:
            order.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(5)]
    with turns:
        for waiting, thread in enumerate(threads, start=2):
            thread.start()
            ready.wait()
            while len(turns._waiting) < waiting:  # noqa: SLF001 (nothing outside tells who has asked already)
                pass
    for thread in threads:
        thread.join()
    assert [0, 1, 2, 3, 4] == order


def test_one_who_writes_all_the_time_lets_the_others_in_between(database_url: str) -> None:
    store = Store.create(database_url)
    written: Counter[str] = Counter()
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            with store.unit("busy"):
                store.next_number_index()
                written["busy"] += 1

    worker = threading.Thread(target=busy)
    worker.start()
    try:
        for _ in range(20):
            before = written["busy"]
            with store.unit("other"):
                store.next_number_index()
            # At most the unit under way and one more that had asked before us.
            assert written["busy"] <= before + 2
    finally:
        stop.set()
        worker.join()
        store.close()
