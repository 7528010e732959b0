"""Opens a store in another process, says `ready`, and does what it is told until it is killed or its input ends.

python -m tests.store.holder URL lock|fork|idle|MIGRATIONS
"""

import os
import sys
import time
from pathlib import Path

from cases.trouble import Trouble
from store.desk import Store
from store.migrating import migrate


def main() -> None:
    url, wish = sys.argv[1:]
    store = Store.open(url)
    try:
        if wish in {"lock", "fork"}:
            store.lock()
        elif wish != "idle":
            print("open", flush=True)  # noqa: T201
            sys.stdin.readline()
            migrate(store.db, Path(wish), keep_copy=True)
    except Trouble as trouble:
        print(f"{type(trouble).__name__}: {trouble}", flush=True)  # noqa: T201 (its way to talk)
        return
    if wish == "fork":
        child = os.fork()
        if not child:
            time.sleep(60)
            os._exit(0)
        print(child, flush=True)  # noqa: T201
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        with store.unit():
            store.next_number_index()
            print(line.strip(), flush=True)  # noqa: T201
            sys.stdin.readline()


if __name__ == "__main__":
    main()
