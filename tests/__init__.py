"""Tests of ombud: one folder per folder of the product, and servers/, house/, samples/ and stories/ beside them."""
