"""What the site, the desk and the API share where requests come in: addresses, origins, cookies, templates."""
