"""What is tried at random, in a short slice with every test run and at full length by `make campaign`."""
