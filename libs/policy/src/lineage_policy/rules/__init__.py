"""One module per kind of rule, each with one pure function from parameters and facts to a verdict."""
