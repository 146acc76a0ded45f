"""Rules about plans: what of a text is a mistake, has no effect, or says less than it seems to.

Each rule goes by the text alone and claims only what it can prove. Fields are taken to hold one value each,
as Sysmon and Windows write them.
"""
