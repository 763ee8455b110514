"""Who exists: municipalities, counties and state regions over time, language forms, organisation numbers. Facts and their sources: `data/README.md`."""
