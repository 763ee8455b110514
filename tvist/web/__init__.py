"""The request: a database session per request, forms, filters, headers, error pages."""
