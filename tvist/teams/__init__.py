"""Who works on a case: the parties' case teams, absence and stand-ins, who comes and who leaves, and the officer of the secretariat (rule 5).

Start at `actions.py` (one case), `absences.py` (a person away), `leaving.py` (a person who leaves), `access_requests.py` (a person who comes).
"""
