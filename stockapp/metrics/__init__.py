"""What stockapp counts for machines that watch it, in the form of Prometheus."""
