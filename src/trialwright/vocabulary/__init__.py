"""The words of a trial: events, records, what a decision sees and answers, scores, sentences, errors.

Lives here: values and protocols that every other room speaks. May import: nothing of this package; of others only
numpy, pydantic and Babel. To add a word: put it in the file whose docstring draws the list it belongs to.
"""
