"""What can be done from the command line? The roof: it may import every floor."""
