"""
The desk between a police cybercrime unit and the online platforms.

A case becomes requests; a request is checked against the platform's cooperation
protocol, approved by a second person, sealed as a letter, dispatched, kept by
clocks, answered, and counted in the responsiveness report.
"""
