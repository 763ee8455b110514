"""What is decided and why: questions, sealed votes, dissent, text, approval by three, issue (rules 34-39).

A decision in code is the body's reasoned advisory opinion; no text of ours calls it anything binding.
"""
