"""While the desk is locked: what lies beside the register, what rings, what is sent, what comes back after."""
