"""Every form and every address is sent what no person would type."""
