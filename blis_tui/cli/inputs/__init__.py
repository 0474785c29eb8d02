"""What commands are given: specs with overrides, traces, the user's settings, and the requests that come of them."""
