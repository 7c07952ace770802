"""Backend sets, each implementing every port."""
