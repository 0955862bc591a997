"""The site's HTTP server: it waits for slow clients without keeping a thread for them."""
