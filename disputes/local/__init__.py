"""What `make run` needs on one machine: the embedded PostgreSQL, training, and the processes kept alive."""
