"""The faces: command line now; server and console later."""
