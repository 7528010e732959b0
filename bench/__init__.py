"""What ombud costs, measured; ratios are taken within one run, seconds are only good beside each other."""
