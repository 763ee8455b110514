"""The rules in force on a date: settings, codes, municipal shares, and deadlines that explain themselves."""
