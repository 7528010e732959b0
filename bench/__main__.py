"""`make bench`: steps, working time, reading, a beat of the clock, a simulation, a whole ingest; ratios of one run."""

from bench import ingest, parse, simulate, steps, tick, worktime

if __name__ == "__main__":
    steps.main()
    print()
    worktime.main()
    print()
    parse.main()
    print()
    tick.main()
    print()
    simulate.main(simulate.SMALL)
    print()
    ingest.main()
