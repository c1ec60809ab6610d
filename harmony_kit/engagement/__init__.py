"""The folder of one engagement: settings, sites, waves, evidence; new ones and the demo.

It owns what a site and a setting are and how their files are read, with every problem at once.
It never opens the store and measures nothing.
Start at `folder`; `evidence_files` reads what happened, `scaffold` and `demo` make new folders.
"""
