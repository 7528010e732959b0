"""`make bench`: what steps, reading, a beat of the clock, a simulation and a whole ingest cost; ratios of one run."""

from bench import ingest, parse, simulate, steps, tick

if __name__ == "__main__":
    steps.main()
    print()
    parse.main()
    print()
    tick.main()
    print()
    simulate.main(simulate.SMALL)
    print()
    ingest.main()
