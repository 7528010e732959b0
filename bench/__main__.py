"""`make bench`: what steps, reading, a simulation and a whole ingest cost; ratios of one run."""

from bench import ingest, parse, simulate, steps

if __name__ == "__main__":
    steps.main()
    print()
    parse.main()
    print()
    simulate.main(simulate.SMALL)
    print()
    ingest.main()
