"""What an answer says about an ability.

response_models  the probability of each score given theta
derivatives      slopes and bends of those curves, for everything that climbs them
information      how sharply an item or a test measures at a theta
responses        answers of many people to many items
ability          one ability: a posterior on a grid, and what is read from it
hierarchy        several abilities that hang together
scoring          theta of a whole pattern of answers: ML, WLE, MAP, EAP
"""
