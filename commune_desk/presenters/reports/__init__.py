"""Reports of harm: the page, the intake, what came while the window is open, the hours a commune allows."""
