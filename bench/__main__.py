"""`make bench`: the benchmarks that need no servers, one after the other."""

from bench import parse, steps

if __name__ == "__main__":
    steps.main()
    print()
    parse.main()
