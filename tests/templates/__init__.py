"""Letters: what readers see, and what a hostile sender or a clumsy template author cannot make them see."""
