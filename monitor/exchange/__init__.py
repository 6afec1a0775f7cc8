"""What offices tell each other: signed packages of counts and machine-readable facts, and their work side by side.

`agreement` says who may see what, `body` what a package holds, `facts` counts it, `box` is the file, `passing` signs,
checks and stores, `compare` puts offices beside each other. No name, note, draft or reporter ever enters a package.
"""
