"""What tells who somebody is, and how it is found in a text: birth numbers, a child's name, telephones, addresses (rules 6, 7, 46). Start at `finding`."""
