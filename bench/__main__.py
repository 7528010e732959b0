"""`make bench`: what steps, reading and a whole ingest cost; ratios of one run."""

from bench import ingest, parse, steps

if __name__ == "__main__":
    steps.main()
    print()
    parse.main()
    print()
    ingest.main()
