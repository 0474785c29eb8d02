"""What was measured when a workload ran, and how that compares with what was designed."""
