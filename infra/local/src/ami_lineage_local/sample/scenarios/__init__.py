"""What people and pipelines do with images; each scenario is named in the truth of the images that it makes."""
