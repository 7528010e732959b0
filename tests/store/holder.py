"""Opens a store in another process, says `ready`, and does what it is told until it is killed or its input ends.

python -m tests.store.holder URL lock|idle|MIGRATIONS
"""

import sys
from pathlib import Path

from cases.trouble import Trouble
from store.desk import Store
from store.migrating import migrate


def main() -> None:
    url, wish = sys.argv[1:]
    store = Store.open(url)
    try:
        if wish == "lock":
            store.lock()
        elif wish != "idle":
            print("open", flush=True)  # noqa: T201
            sys.stdin.readline()
            migrate(store.db, Path(wish), keep_copy=True)
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
