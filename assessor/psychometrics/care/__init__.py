"""Looking after a bank: what its answers say about its items, and what is to be done.

classical, distractors     difficulty, discrimination, reliability; which options people choose
item_fit, item_residuals   do people answer as the model says: fixed forms, adaptive data
person_fit                 does a person answer as the model says; a flag, never a verdict
dif                        is an item harder for a group than it should be
drift                      has an item moved since it was last calibrated
exposure_report            how often items were met
seeding, lifecycle         where new items are tried out, and when an item may score
"""
