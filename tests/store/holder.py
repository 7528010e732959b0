"""Opens a store in another process, says `ready`, and does what it is told until it is killed or its input ends.

python -m tests.store.holder URL lock|idle
"""

import sys

from cases.trouble import Trouble
from store.desk import Store


def main() -> None:
    url, wish = sys.argv[1:]
    store = Store.open(url)
    try:
        if wish == "lock":
            store.lock()
    except Trouble as trouble:
        print(f"{type(trouble).__name__}: {trouble}", flush=True)  # noqa: T201 (its way to talk)
        return
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        with store.unit():
            store.next_number_index()
            print(line.strip(), flush=True)  # noqa: T201
            sys.stdin.readline()


if __name__ == "__main__":
    main()
