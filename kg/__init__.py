"""leukemia-kg: individual leukemia patients as published, as a graph that can be questioned and believed."""
