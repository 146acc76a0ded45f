"""Why a finding deserves a look before others: one small function a reason, in the order of their rank."""
