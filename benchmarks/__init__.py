"""Speed and memory of gongkai beside other tools, as ratios within one run."""
