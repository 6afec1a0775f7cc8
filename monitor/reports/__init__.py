"""Documents of a case and the package that hands it over: what stands in them comes from the store and from people."""
