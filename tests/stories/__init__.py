"""Stories in business words, with the policy as it is shipped: whole lives of cases, and each special case."""
