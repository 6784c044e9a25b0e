"""HTML pages: templates, response headers, forms and assets, which the dashboard and the hosted pages share."""
